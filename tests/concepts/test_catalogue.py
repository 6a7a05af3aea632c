"""The reader of the concept catalogue, on small files."""

from __future__ import annotations

import pytest

from tracker.concepts import catalogue
from tracker.errors import ParseError, UsageError


def concept(needs: str = "", *, position: int = 1, **changes: str) -> bytes:
    fields = {
        "title": '"Feathers"',
        "one_line": '"Light things."',
        "explanation": '"""\nFeathers are\nlight.\n\nVery light.\n"""',
        "group": '"Embeddings"',
        "position": str(position),
        "prerequisites": f"[{needs}]",
        "lab": '"attention"',
        "hours": "1.5",
        "resources": '["feather-tour"]',
        "keywords": '["feather"]',
    } | changes
    head = "\n".join(f"{key} = {value}" for key, value in fields.items())
    return f'{head}\n[[paper]]\nid = "arxiv:1902.00001"\nwhy = "It weighs them."\nhours = 1\ncore = true\n'.encode()


def test_a_concept_with_all_its_fields():
    (found,) = catalogue.load({"concepts/feathers.toml": concept()})
    assert found == catalogue.Concept(
        slug="feathers",
        title="Feathers",
        one_line="Light things.",
        explanation="Feathers are light.\n\nVery light.",
        group="Embeddings",
        position=1,
        prerequisites=(),
        key_papers=(catalogue.KeyPaper(id="arxiv:1902.00001", why="It weighs them.", hours=1.0, core=True),),
        resources=("feather-tour",),
        lab="attention",
        keywords=("feather",),
        hours=1.5,
    )


def test_concepts_come_after_what_they_need_and_else_by_position():
    found = catalogue.load(
        {
            "wings.toml": concept('"bones", "feathers"', position=1),
            "bones.toml": concept(position=3),
            "feathers.toml": concept(position=2),
            "flight.toml": concept('"wings"', position=4),
            "air.toml": concept(position=5),
        }
    )
    assert found.slugs == ("feathers", "bones", "wings", "flight", "air")
    assert [c.slug for c in found.needed_for("flight")] == ["feathers", "bones", "wings"]
    assert [c.slug for c in found.leads_to("bones")] == ["wings"]
    assert "wings" in found
    assert "beak" not in found
    assert len(found) == 5


def test_the_concepts_of_a_paper_by_any_of_its_names():
    found = catalogue.load({"feathers.toml": concept()})
    ((of, key),) = found.of_paper({"doi:10.1/x", "arxiv:1902.00001"})
    assert (of.slug, key.core) == ("feathers", True)
    assert found.of_paper({"doi:10.1/x"}) == ()


def test_an_unknown_concept_is_answered_with_the_nearest():
    found = catalogue.load({"feathers.toml": concept()})
    with pytest.raises(UsageError, match=r"no concept 'feather' \(did you mean feathers\?\)"):
        found.get("feather")
    with pytest.raises(UsageError, match=r"no concept 'zzz'$"):
        found.get("zzz")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": '""'}, "key 'title' is missing or empty"),
        ({"group": '"Birds"'}, "key 'group' is 'Birds'"),
        ({"lab": '"tickling"'}, "key 'lab' is 'tickling'"),
        ({"hours": "0"}, "key 'hours' is 0"),
        ({"position": '"first"'}, "key 'position' is 'first'"),
        ({"keywords": "[]"}, "key 'keywords' is missing or empty"),
        ({"colour": '"red"'}, "key 'colour' is not known here"),
    ],
)
def test_a_broken_file_is_named_with_its_key(changes, message):
    with pytest.raises(ParseError) as caught:
        catalogue.load({"concepts/feathers.toml": concept(**changes)})
    assert str(caught.value).startswith("feathers.toml: key ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'id = "arxiv:1902.00001"', b'id = "1902.00001"', "feathers.toml, paper 1: key 'id'"),
        (b'why = "It weighs them."', b"", "feathers.toml, paper 1: key 'why' is missing"),
        (b"[[paper]]", b"[paper]", "key 'paper'"),
    ],
)
def test_a_broken_key_paper_is_named(old, new, message):
    with pytest.raises(ParseError, match=message):
        catalogue.load({"feathers.toml": concept().replace(old, new)})


def test_a_concept_needs_a_paper_and_no_paper_twice():
    head, paper = concept().split(b"[[paper]]")
    with pytest.raises(ParseError, match="a concept has at least one key paper"):
        catalogue.load({"feathers.toml": head})
    with pytest.raises(ParseError, match="names a paper twice"):
        catalogue.load({"feathers.toml": head + b"[[paper]]" + paper + b"[[paper]]" + paper})


def test_prerequisites_exist_and_do_not_go_round():
    with pytest.raises(ParseError, match=r"wings\.toml: key 'prerequisites' names 'bones', which is no concept"):
        catalogue.load({"wings.toml": concept('"bones"')})
    with pytest.raises(ParseError, match="prerequisites go round: "):
        catalogue.load({"hen.toml": concept('"egg"'), "egg.toml": concept('"hen"')})
    with pytest.raises(ParseError, match="hen -> hen"):
        catalogue.load({"hen.toml": concept('"hen"')})


def test_a_file_is_named_by_its_slug():
    for name in ("Feathers.toml", "feathers.txt", "two words.toml"):
        with pytest.raises(ParseError, match="named by its slug"):
            catalogue.load({name: concept()})


def test_an_editor_is_told_all_that_is_to_mend():
    found = catalogue.load({"a.toml": concept(one_line='"' + "x" * 130 + '"'), "b.toml": concept(position=1)})
    told = catalogue.problems(found, paper_ids=(), resource_ids=(), required=("a", "c"))
    assert told[0] == "c: has no explanation"
    assert [line.split(":")[0] for line in told[1:]].count("a") == 5
    for part in ("5 words", "130 letters", "is not a sentence", "arxiv:1902.00001", "feather-tour", "position of a"):
        assert any(part in line for line in told), part


def test_nothing_to_mend():
    words = '"' + "word " * 150 + '"'
    found = catalogue.load({"a.toml": concept(explanation=words)})
    ids, links = {"arxiv:1902.00001"}, {"feather-tour"}
    assert catalogue.problems(found, paper_ids=ids, resource_ids=links, required=("a",)) == ()
