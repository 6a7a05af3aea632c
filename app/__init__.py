"""The dashboard: a Streamlit router, one script a page, shared widgets; facade calls only."""
