"""Text to vectors: which model, what text of a paper, in what batches, and the compact token vectors kept beside.

Imports neither torch nor onnxruntime until an encoder is asked for.
"""
