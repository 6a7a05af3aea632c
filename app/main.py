"""The router: ``streamlit run app/main.py`` (or ``tracker up``) starts here."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.widgets import elsewhere, frame

st.set_page_config(page_title="Paper tracker", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide")
frame.style()
# The folder is not called "pages": Streamlit would then answer a first deep link by the page's script alone.
page = st.navigation(
    [
        st.Page("views/new.py", title="New", icon=":material/fiber_new:", default=True),
        st.Page("views/reading.py", title="Reading list", icon=":material/bookmarks:", url_path="reading"),
        st.Page("views/library.py", title="Library", icon=":material/library_books:", url_path="library"),
        st.Page("views/search.py", title="Search", icon=":material/search:", url_path="search"),
        st.Page("views/map.py", title="Map", icon=":material/scatter_plot:", url_path="map"),
        st.Page("views/concepts.py", title="Concepts", icon=":material/account_tree:", url_path="concepts"),
        st.Page("views/labs.py", title="Labs", icon=":material/science:", url_path="labs"),
        st.Page("views/sources.py", title="Sources", icon=":material/rss_feed:", url_path="sources"),
        st.Page("views/paper.py", title="Paper", url_path="paper", visibility="hidden"),
    ],
    position="top",
)
with frame.honest():
    elsewhere.watch()
    page.run()
    elsewhere.told()
