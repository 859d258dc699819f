"""Whom the words for someone in danger may name: who could help, and who it is that is in danger.

Flow: `dialogue.history` -> here -> `safety.crisis`, whose words have slots for them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from coach.dialogue.history import History
from coach.dialogue.told import is_first_name, read_told
from coach.pronouns import Called, called_in
from coach.safety.needs import Known, Scope
from coach.sentences import sentences

__all__ = ["known_in"]

_TITLED = re.compile(
    r"(?<!\bi )(?<!really )(?<!still )(?<!\bll )(?<!will )(?<!just )(?<!\bto )"
    r"\b(?P<who>(?:miss|mrs|mr|ms|dr|auntie|uncle)\.? (?P<name>[a-z]{3,14}))\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:\b(?:to|with|tell|told|text|texted|call|called|ring|rang|ask|asked|let|and)"
    r" (?P<after>[A-ZÀ-Þ][a-zß-ÿ]{2,14})\b)"
    r"|(?P<before>\b[A-ZÀ-Þ][a-zß-ÿ]{2,14})(?='s\b| (?:next door|from (?:my )?work|would|could"
    r"|will|is|has|had|picked|answered|said|came|comes|lives|knows|replied|texted|rang|asked|only)\b)"
)
"""Somebody whose name is written with a capital, where it says that it is somebody."""
_NO_NAME = re.compile(
    r"(?:the|this|that|then|there|they|what|when|where|who|why|how|and|but|not|yes|she|her|his|him"
    r"|its|it|nothing|nobody|someone|everyone|here|now|god|jesus|allah|lord|christmas|easter"
    r"|\w+days?|today|tonight|tomorrow|january|february|march|april|june|july|august|\w+ber"
    r"|samaritans|childline|shout|lifeline|english|facebook|instagram|snapchat|discord|london"
    r"|leeds|bristol|dublin|galway|you|them|my|mum|mam|mom|dad|being|going|lives|knows|says|said|will"
    r"|would|appointment|hospital|nice|lovely|sunny|dear|perfect|right|big|universe|piggy)",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"\b(?:next door|has a key|got a key|would come|come over|come round|let \w+ in"
    r"|comes? (?:if|when)|ring\w*|rang|text\w*|tell|told|call\w*|knock\w*|ask\w*|trust\w*"
    r"|mates?|friends?|nurse|close"
    r"|lives|minutes|knows|awake|light|teacher|coach|neighbou?r|doctor|nice|kind|alright|good to me"
    r"|is (?:ok|okay|sound|lovely|decent)|gets me|listens"
    r"|checks on|write to|message\w*|answered|picked up|coming|on (?:his|her|their) way|buddy"
    r"|pastor|sponsor|say to|from (?:my )?work)\b",
    re.IGNORECASE,
)
_HURTS = re.compile(
    r"\b(?:hit|hits|hitting|push\w*|slap\w*|chok\w*|scare[sd]?|frighten\w*|rap(?:e|ed|ing)|touched"
    r"|sack(?:s|ed)?|fire (?:me|us|anyone|anybody)|the boss|my boss)\b",
    re.IGNORECASE,
)
"""What rules somebody out for good."""
_FAR = re.compile(
    r"\b(?:left me|walked out|boss|my ex|divorc\w+|died|passed|funeral|buried|attention|far away"
    r"|goes? (?:mad|mental|through)|freak|abroad|letters?|burden|better off"
    r"|since (?:our |my )?\w+ went"
    r"|(?:dont|don't|do not|cant|can't|wont|won't|not going to|never) (?:want to )?"
    r"(?:tell|ask|call|ring|want|talk|let)|hear(?:s|ing)? (?:about )?it|cheat\w*|dumped"
    r"|(?:they|you|u|she|he|it|line|childline)(?: \w+){0,2} (?:tell|call|ring)"
    r"|(?:do|does|will|would|must|have|has|gonna)(?: \w+){0,4}"
    r" (?:tell|ring|call|phone|inform|contact) my"
    r"|yell\w*|scream\w*|bull(?:y|ies|ied)|the dog|the cat|my (?:dog|cat))\b",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"\b(?:not|never|don't|won't|wouldn't|can't|dont|wont|wouldnt|cant)"
    r" (?:want|tell|telling|letting|have)(?: to (?:tell|ask|have|bother|worry))?"
    r" (?P<who>(?:him|her|them)\b(?! \w+ber)"
    r"|(?:(?:my|our) )?(?:(?:mr|mrs|miss|ms|dr)\.? )?\w+(?: \w+)?)",
    re.IGNORECASE,
)
"""Who must not hear of it: "I'd not want Mr Whitley to find me"."""
_RELATIONS = (
    *("sister", "brother", "mum", "mam", "mom", "mother", "aunt", "auntie", "cousin", "niece"),
    *("friend", "mate", "best friend", "best mate", "neighbour", "neighbor", "nurse"),
    *("colleague", "workmate"),
    *("sister in law", "sister-in-law", "midwife", "health visitor", "manager", "teacher", "nan"),
)
_NEGATED = (
    "not",
    "not even",
    "except",
    "without",
    "anyone but",
    "never",
    "there's no",
    "theres no",
)
_OURS = ("my", "our", "her", "his", "the")
_CHILDREN = (
    "kid",
    "kiddo",
    "little one",
    "lad",
    "bairn",
    "wee one",
    "daughter",
    "son",
    "girl",
    "boy",
    "baby",
    "toddler",
)
_PETS = frozenset({"your dog", "your cat", "your boss", "your kids", "your children"})
_SMALL = _PETS - {"your boss"} | {
    *("your baby", "your son", "your daughter", "your ex", "your ex-wife", "your ex-husband"),
}
_PARTNERS = frozenset(
    f"your {kin}"
    for kin in ("husband", "wife", "partner", "boyfriend", "girlfriend", "fiance", "fiancee")
) | {"your fiancé", "your fiancée"}
_COUPLE = re.compile(r"\bmy (?:husband|wife|partner|boyfriend|girlfriend|man)\b", re.IGNORECASE)
_LINKS = (
    " ",
    " is ",
    " has ",
    " who is ",
    "'s ",
    "s ",
    " just turned ",
    " is only ",
    "'s only ",
    " he's ",
    " hes ",
    " she's ",
    " shes ",
)
_AGES = (
    *map(str, range(18)),
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
)
"""The years of who is no helper, for a child is none."""
_AGED = re.compile(
    rf"\b(?:she|he)(?:'s| is|s) (?:only |just )?(?:{'|'.join(_AGES)})"
    r"(?=\W*$|[,.;)!]| years? old| and\b| now\b)",
    re.IGNORECASE,
)
"""What tells of the age of who was just named: "Saoirse is asleep (shes 4)"."""
_NO_ONE = re.compile(
    r"\b(?:toy|plush|teddy|doll|dinosaur|triceratops|bear|bunny|dogs?|cats?|puppy|kitten|horse"
    r"|pony|parrot|budgie|hamster|rabbit|goldfish|tortoise|car|van|boat|robot|spider|plant)\b",
    re.IGNORECASE,
)
"""What may have a name, and helps nobody."""
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][a-zß-ÿ]{2,14}\b")
"""A word that may be a name, where it is enough to rule somebody out."""
_DEAD = re.compile(
    r"(?:and |but )?(?:she|he)(?:'s| is|s| has|'d| had)? ?(?:been )?(?:dead|died|passed)\b",
    re.IGNORECASE,
)
_SPOKE = re.compile(r"\b(?:said|says|told me|goes|went|called me|like)\b", re.IGNORECASE)
_WORD = r"[\w'.]+"
_HELPS, _HINDERS, _REFUSED = 3, 4, 30
"""How much it counts that somebody could help, would not, or must not hear of it."""
_FADES = 0.6
"""How much less a message counts than the next one."""
_READ_BACK = 24
"""The latest messages in which people are looked for."""
_ENOUGH = 1.5
"""How much must speak for somebody."""


def known_in(history: History, scope: Scope) -> Known:
    """Return whom a reply to someone in danger may name.

    Args:
        history: The conversation.
        scope: Whose danger it is about; one who hurts, or is in danger, is no helper.
    """
    told = [sentences(text) for text in history.theirs[-_READ_BACK:]]
    one = _in_danger(history) if scope is Scope.THIRD else ""
    left_out = {history.told.name, one, *(mention.words for mention in history.told.gone)}
    helper = _helper(told, {who for who in left_out if who}, scope)
    return Known(
        helper=helper,
        called=_called(helper, told),
        one=one,
        one_called=_called(one, told),
        gone=_gone(history, told),
    )


def _gone(history: History, told: Sequence[Sequence[str]]) -> str:
    """Return who has died, by the sentence or the one after it: "Sheila. And she's dead."."""
    if history.told.gone:
        return history.told.gone[-1].words
    pairs = (pair for message in told for pair in pairwise(message))
    named = (_CAPITAL.findall(one) for one, after in pairs if _DEAD.match(after))
    return next((names[0] for names in named if len(names) == 1 and is_first_name(names[0])), "")


def _in_danger(history: History) -> str:
    """Return the first one that was spoken of, who is the one that somebody worries about."""
    people = [p.words for text in history.theirs for p in read_told([text]).people]
    return next((words for words in people if words not in _PETS), "")


def _helper(told: Sequence[Sequence[str]], left_out: set[str], scope: Scope) -> str:
    """Return who could most likely help; empty if nobody was named who could."""
    weights: defaultdict[str, float] = defaultdict(float)
    never = {who for message in told for who in _no_helpers(message, scope)} | left_out
    every = [_words(sentence) for message in told for sentence in message]
    for ago, message in enumerate(reversed(told)):
        for sentence in message:
            for who in set(_people(sentence)) - never:
                if scope is Scope.ABUSE and not _introduced(who, every):
                    continue  # a bare name may be that of who hurts
                weights[who] += _weight(who, sentence) * _FADES**ago
    # Of two ways to call the same one, the name.
    best = max(
        weights, key=lambda who: (weights[who], not who.startswith("your "), who), default=""
    )
    return best if best and weights[best] >= _ENOUGH else ""


def _is_aged(bare: str, sentence: str) -> bool:
    """Tell whether a sentence tells that somebody is a child: the one named last before the age."""
    aged = _AGED.search(sentence)
    named = _CAPITAL.findall(sentence[: aged.start()]) if aged else []
    return bool(named) and named[-1].lower() == bare


def _introduced(who: str, every: Sequence[str]) -> bool:
    """Tell whether it was said what somebody is to the person: "my sister Grace", "Mrs Doyle"."""
    if who.startswith("your ") or " " in who:
        return True
    name = who.lower()
    ways = [f" {my} {kin} {name} " for my in ("my", "our") for kin in _RELATIONS]
    ways += [f" {name}{link}my {kin} " for link in (" ", " is ", "'s ") for kin in _RELATIONS]
    ways += [f" my {kin} {called} {name} " for called in ("called", "named") for kin in _RELATIONS]
    ways += [f" {name} next door ", f" {name} from work ", f" {name} at work "]
    theirs = [f" {his} {kin} {name} " for his in ("his", "her") for kin in _RELATIONS]
    said = [words for words in every if f" {name} " in words]
    return any(way in words for way in ways for words in said) and not any(
        way in words for way in theirs for words in said
    )


def _no_helpers(message: Sequence[str], scope: Scope) -> Iterator[str]:
    """Yield whom a message tells of as one who never helps: a child, a pet, who hurts, oneself."""
    for sentence, after in pairwise([*message, ""]):
        words = _words(sentence)
        if " boss " in words and len(after.split()) == 1:
            yield after.strip(" .!?")  # "I just said, the boss. Gary."
        couple = scope is Scope.ABUSE and bool(_COUPLE.search(sentence))
        for who in {*_people(sentence), *_CAPITAL.findall(sentence)}:
            bare = who.removeprefix("your ").lower()
            # No expression is made of a name: expressions are kept in memory.
            child = any(f" {my} {kin} {bare} " in words for my in _OURS for kin in _CHILDREN)
            child = child or any(
                f" {bare}{link}{age} " in words for link in _LINKS for age in _AGES
            )
            child = child or bool(_AGED.match(after)) or _is_aged(bare, sentence)
            named = any(f" {so} {bare} " in words for so in ("called", "named"))
            thing = (named or f" {bare} is a" in words) and bool(_NO_ONE.search(sentence))
            oneself = any(f" {i} {who.lower()} " in words for i in ("i'm", "im", "i am"))
            hurts = (
                couple
                or bool(_HURTS.search(sentence))
                or (scope is Scope.ABUSE and who in _PARTNERS)
            )
            if child or thing or oneself or hurts or who in _SMALL:
                yield who


def _weight(who: str, sentence: str) -> float:
    """Return how much a sentence makes of somebody as one who could help."""
    words, bare = _words(sentence), who.removeprefix("your ").lower()
    if any(f" {no} {my}{bare} " in words for no in _NEGATED for my in ("", "my ", "our ")):
        return -_REFUSED
    if _is_unwanted(bare, sentence):
        return -_REFUSED
    if _FAR.search(sentence):
        return -_HINDERS
    return 1 + _HELPS * bool(_NEAR.search(sentence))


def _is_unwanted(bare: str, sentence: str) -> bool:
    """Tell whether a sentence says that somebody must not hear of it.

    A pronoun is of the one who is named in it, where that is one alone.
    """
    refused = _UNWANTED.search(sentence)
    if refused is None:
        return False
    who = refused["who"].lower()
    if who in {"him", "her", "them"}:
        return len(set(_people(sentence))) == 1
    return f" {bare} " in f" {who} "


def _words(sentence: str) -> str:
    """Return the words of a sentence in small letters, a space around each."""
    words = (word.rstrip(".") for word in re.findall(_WORD, sentence.lower()))
    return f" {' '.join(words)} "


def _people(sentence: str) -> Iterator[str]:
    """Yield whom a sentence names, as the coach would."""
    titled = [
        " ".join(part.capitalize() for part in m["who"].split())
        for m in _TITLED.finditer(sentence)
        if not (_NO_NAME.fullmatch(m["name"]) or _addressed(sentence, m))
    ]
    yield from titled
    mentioned = (mention.words for mention in read_told([sentence]).people)
    yield from (who for who in mentioned if not any(t.endswith(f" {who}") for t in titled))
    for found in _NAMED.finditer(sentence):
        name = found["after"] or found["before"]
        known = _NO_NAME.fullmatch(name) or any(who.endswith(name) for who in titled)
        if not known and (found.start() > 0 or is_first_name(name)):
            yield name


def _addressed(sentence: str, who: re.Match[str]) -> bool:
    """Tell whether somebody is spoken to by that name: "it's grief, Mrs Pugh", he said."""
    before, after = sentence[: who.start()].rstrip(), sentence[who.end() :].lstrip()
    ends = not after or after[0] in ",.!?\"'"
    return before.endswith(",") and ends and bool(_SPOKE.search(before))


def _called(who: str, told: Sequence[Sequence[str]]) -> Called:
    """Return what somebody is called: by a word of kin, or by what is said of them.

    A pronoun counts in a sentence that names nobody else, and in the one after it.
    """
    if not who:
        return Called.THEY
    bare = f" {who.removeprefix('your ').lower()} "
    every = [sentence for message in told for sentence in message]
    naming = [at for at, sentence in enumerate(every) if bare in _words(sentence)]
    before = [_words(every[at]).split(bare)[0].split()[-1:] for at in naming]
    alone = [at for at in naming if len(set(_people(every[at]))) == 1]
    found = [called_in(who), *(called_in(" ".join(kin)) for kin in before)]
    found += [called_in(every[at]) for at in alone]
    found += [called_in(every[at + 1]) for at in alone if at + 1 < len(every)]
    return next(filter(None, found), Called.THEY)
