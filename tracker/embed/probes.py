"""Made-up sentences in the manner of abstracts: a fixed sample of text to learn a model's token space from.

The compact token vectors need an orthogonal basis that is the same for every
library and every run; learning it from the reader's own papers would give each
library another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

_FRAMES = (
    "We propose a {} method for {} {} that improves the {} of {} models.",
    "Experiments on {} show that our approach to {} outperforms previous {} by a large margin.",
    "In this paper we study the {} of {} and prove that {} converges to {} under mild {}.",
    "Recent work on {} has shown that {} networks learn {} representations of {} without {}.",
    "We train a {} with {} and evaluate it on {} and {} benchmarks, where it reaches better {}.",
    "The {} of {} is a problem that arises when {} are trained on {} data.",
    "A new dataset of {} for {} is introduced, with {} annotated by {}.",
    "Our analysis of {} reveals that {} attend to {} and ignore {}.",
    "{} is an algorithm for {} based on {}, {} and {}.",
    "How does {} depend on {}? We answer with a theory of {} and {}.",
)
_WORDS = """
attention transformer embedding convolution recurrent graph kernel gradient loss regularization dropout normalization
batch layer depth width neuron unit activation softmax logits entropy divergence likelihood posterior prior bayesian
variational inference sampling diffusion score flow autoencoder adversarial generator discriminator latent manifold
geometry metric distance similarity contrastive supervised unsupervised semi-supervised self-supervised pretraining
finetuning transfer domain adaptation generalization robustness certified attack perturbation defense poisoning privacy
federated distributed communication compression pruning quantization distillation sparsity efficiency latency memory
hardware accelerator scaling compute optimizer momentum stochastic convex nonconvex saddle minima landscape curvature
hessian convergence rate bound regret bandit exploration exploitation policy reward agent environment planning control
robot manipulation navigation simulation imitation demonstration offline multi-agent cooperation game equilibrium causal
intervention counterfactual confounder treatment fairness bias discrimination calibration uncertainty ensemble outlier
anomaly detection segmentation tracking recognition face pose depth stereo scene object image video pixel texture style
super-resolution denoising restoration rendering radiance point cloud mesh shape medical tumor radiology pathology
protein molecule drug chemistry material physics climate weather traffic finance recommendation ranking retrieval search
query document passage index hashing language sentence word token subword vocabulary syntax parsing semantics pragmatics
discourse dialogue chatbot question answering summarization translation multilingual low-resource speech audio music
phoneme emotion sentiment opinion sarcasm misinformation toxicity news social network community user behaviour
knowledge entity relation event temporal commonsense reasoning mathematics proof theorem program code synthesis logic
symbolic neural rule constraint satisfaction combinatorial routing scheduling matching clustering classification
regression forecasting time series sensor signal frequency wavelet fourier spectral matrix tensor factorization rank
eigenvalue projection random feature tree forest boosting margin active curriculum continual forgetting lifelong
meta-learning few-shot zero-shot prompt instruction alignment preference human feedback evaluation benchmark annotation
crowdsourcing interpretability explanation saliency attribution probing circuit neuron-level visualization concept
compositional disentangled equivariant invariant symmetry group rotation translation-invariant capsule memory-augmented
external pointer copy coverage beam decoding autoregressive parallel masked bidirectional encoder decoder cross-modal
vision-language caption grounding localization anchor proposal augmentation mixup noise label imbalance long-tailed
hyperparameter architecture evolution genetic population swarm gaussian process kernelized copula extreme heavy-tailed
privacy-preserving encryption watermark license energy carbon education legal clinical patient record survey tutorial
""".split()  # noqa: SIM905 - a list of 400 quoted words would be no easier to read


def texts(count: int = 250, seed: int = 0) -> Iterator[str]:
    """``count`` short texts of four sentences, always the same."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    for _ in range(count):
        frames = chance.sample(_FRAMES, 4)
        yield " ".join(frame.format(*chance.choices(_WORDS, k=frame.count("{}"))) for frame in frames)
