"""Whom the words for someone in danger may name."""

from collections.abc import Callable

import pytest

from coach.dialogue.history import HistoryReader
from coach.dialogue.known import known_in
from coach.dialogue.phrasing import Voice
from coach.library import Corpus
from coach.pronouns import Called
from coach.safety.needs import Known, Scope
from coach.schema import Message

Find = Callable[..., Known]


@pytest.fixture
def known(corpus: Corpus, voice: Voice) -> Find:
    """Finds whom words may name after messages."""

    def find(*theirs: str, scope: Scope = Scope.OWN) -> Known:
        messages = [Message(role="user", content=text) for text in theirs]
        return known_in(HistoryReader(corpus, voice).read(messages), scope)

    return find


@pytest.mark.parametrize(
    ("theirs", "helper"),
    [
        (("There's Maureen next door I suppose, she's got a key.",), "Maureen"),
        (("my sister would come if i asked her",), "your sister"),
        (("only miss okafor, shes my teacher and shes alright",), "Miss Okafor"),
        (
            (
                "my dad found a tissue w blood n yelled for like an hour",
                "does the school counsellor have to tell my parents",
                "ms okafor is ok i guess. shes my art teacher",
            ),
            "Ms Okafor",
        ),
        (("I could ring Hank from the Legion, he'd come.",), "Hank"),
        (("Colin left me in spring.",), ""),
        (("would they tell my mum?",), ""),
        (("not my mum, she'd freak",), ""),
        (("I live alone with the dog.",), ""),
        (("My boss Kevin fired me.",), ""),
        # no child, no toy, and nobody who is the person
        (("shes got our boy archie, hes 5. i'd tell archie", "ring archie?"), ""),
        (("We've got two kids, Ellie's 12 and Sam is 9, I could tell Ellie.",), ""),
        (("Lily slept at her mum's. She's four. I told Lily.",), ""),
        (("I sit there with a toy triceratops called Gary. Only Gary knows.",), ""),
        (("Saoirse is asleep (shes 4).", "i told Saoirse"), ""),
        # nobody who must not hear of it, however near; and who was said to be family is
        (("Mr Whitley next door fetches my paper.", "I'd not want Mr Whitley to find me."), ""),
        (("My sister Jo comes round.", "I wouldn't want my sister Jo to know."), ""),
        (("There's my friend Maureen next door, she's one of the good ones.",), "Maureen"),
        (("My sister Jo would come, she's two streets away.", "I could text Jo."), "Jo"),
        (("Maureen next door is kind, but I don't have her number.",), "Maureen"),
        (("Our Sally comes Sundays.", "I suppose our Sally could take the box."), "Sally"),
        (("He never looked up, he said it's grief, Mrs Pugh, give it six months.",), ""),
        (
            ("ms tran the counsellor is nice", "i'd tell ms tran. hi miss nice weather lol"),
            "Ms Tran",
        ),
        (("I'm Mrs Pugh and my friend Maureen from work would come.",), "Maureen"),
    ],
)
def test_who_could_help_is_known(known: Find, theirs: tuple[str, ...], helper: str) -> None:
    assert known(*theirs).helper == helper


def test_a_helper_is_called_as_the_person_calls_them(known: Find) -> None:
    found = known("There's Maureen next door, she's got a key.")
    assert found.called is Called.SHE
    assert known("i could text my friend Alex").called is Called.THEY


def test_the_one_who_is_worried_about_is_no_helper(known: Find) -> None:
    found = known(
        "My son Cian says he wants to be dead. My sister Noreen lives close and she's a nurse.",
        scope=Scope.THIRD,
    )
    assert (found.one, found.one_called, found.helper) == ("Cian", Called.HE, "Noreen")


def test_whoever_hurts_is_no_helper(known: Find) -> None:
    found = known(
        "My partner Lewis checks my phone. He tells me who I can call.",
        scope=Scope.ABUSE,
    )
    assert found.helper == ""


def test_a_bare_name_is_no_helper_where_somebody_is_hurt_at_home(known: Find) -> None:
    theirs = (
        "Saoirse is asleep and Declan is at the football.",
        "Declan says no judge would leave her with me. Declan would know.",
        "there's my sister Gráinne in Galway, i could ring Gráinne",
    )
    assert known(*theirs[:2], scope=Scope.ABUSE).helper == ""
    assert known(*theirs, scope=Scope.ABUSE).helper == "Gráinne"
    his = ("His mum Carol lives next door.", "I told Carol once.")
    assert known(*his, scope=Scope.ABUSE).helper == ""
    mine = ("I told my best mate Jo, Jo would come.", "I can't have him finding out.")
    assert known(*mine, scope=Scope.ABUSE).helper == "Jo"


def test_who_has_died_is_known_and_is_no_helper(known: Find) -> None:
    found = known("My wife Sheila died two years ago. She would ring me from the shop.")
    assert found.gone in {"Sheila", "your wife"}
    assert found.helper == ""
    assert known("Sheila. And she's dead. Two year in March.").gone == "Sheila"


def test_a_boss_is_no_helper(known: Find) -> None:
    told = ("if my boss hears he'd sack anybody for it", "I just said, the boss. Gary.")
    asks = "can Gary legally sack me? maybe my mate Davo then, he's up, I could ring Davo"
    assert "Gary" not in known(*told, asks).helper
