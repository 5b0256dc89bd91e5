"""What the offline writer's speakers say between the sources' own sentences, per language.

Every question is tied to a wording of the answer that it leads to; each is said at most once an episode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from podloom.domain import Language

Cues = tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]


@dataclass(frozen=True)
class Phrases:
    """One language's phrases; {show}, {title}, {topic}, {name} are filled in, {은/는} becomes a particle."""

    cues: Cues
    """Wording in the first sentence of the coming answer, and questions that lead to it; best first."""
    topics: tuple[str, ...]
    generic: tuple[str, ...]
    acknowledgements: tuple[str, ...]
    links: tuple[str, ...]
    """Open a later chapter."""
    hello: str
    hello_second: str
    hello_more: str
    today: str
    hello_alone: str
    start: tuple[str, ...]
    recap_question: str
    recap_alone: str
    goodbye: str


def _cues(*rows: tuple[str, tuple[str, ...]]) -> Cues:
    return tuple((re.compile(pattern), questions) for pattern, questions in rows)


ENGLISH = Phrases(
    cues=_cues(
        (
            (
                r"(?i)\b(?:careful|caution|caveat|limitation|uncertain|unclear|not (?:yet )?known|unknown"
                r"|small sample)"
            ),
            (
                "How sure can we be about that?",
                "Any caveats we should keep in mind?",
                "What don't we know yet?",
            ),
        ),
        (
            (
                r"^(?:But|However|Yet|Still|Instead|Although|Though|Despite|Nevertheless|Unlike|While)\b"
                r"|\b(?:however|did not|does not|do not|is not|are not|was not|were not|never)\b"
            ),
            (
                "Is it really that simple?",
                "So where is the catch?",
                "But that isn't the whole story, is it?",
                "What doesn't fit the picture?",
            ),
        ),
        (
            r"(?i)\b(?:because|due to|caused by|the reason|therefore|explains?|as a result|thanks to)\b",
            ("Why is that?", "What's behind it?", "How can that be explained?", "What is the reason?"),
        ),
        (
            r"(?i)\b(?:for example|for instance|such as)\b",
            ("Is there an example?", "What does that look like in practice?"),
        ),
        (
            r"(?i)\b(?:researchers|scientists|the team|authors)\b",
            ("What did the people behind it do?", "How did they go about it?"),
        ),
        (
            r"(?i)\b(?:found|study|survey|report|measured|experiment|data|evidence|showed)\b",
            ("What was found?", "What does the evidence say?", "How do we know?"),
        ),
        (
            (
                r"(?i)\b\d[\d.,]* ?(?:percent|%|million|billion|times|meters|kilometers|degrees|tons)"
                r"|\b(?:doubled|tripled|half of|a third of|a quarter of)\b"
            ),
            ("Can you put a number on it?", "How big are we talking?", "What do the figures say?"),
        ),
        (
            r"(?i)\b(?:dollars?|euros?|costs?|prices?|cheaper|expensive|budget)\b",
            ("What about the money?", "What does it cost?"),
        ),
        (
            r"(?i)\b(?:said|says|according to|argues?|told)\b",
            ("What do the people involved say?", "Who says so?"),
        ),
        (
            r"(?i)\b(?:will|next|future|plans? to|planned|hopes? to|soon|expected to)\b",
            ("So what happens next?", "Where does it go from here?", "What's planned?"),
        ),
        (
            r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y) (?:1[5-9]|20)\d\d\b",
            ("When was that?", "How far back does this go?"),
        ),
        (
            r"(?i)\b(?:works? by|by \w+ing|uses?|used to|steps?|process|method|system)\b",
            ("How does that work?", "How is it done?"),
        ),
        (
            r"(?i)\b(?:people|users|patients|customers|families|residents|workers|children)\b",
            ("What does it mean for people?", "Who is affected?"),
        ),
        (
            r"(?i)\b(?:more than|fewer than|less than|higher|lower|faster|slower|compared|than)\b",
            ("How does that compare?", "What is the difference?"),
        ),
    ),
    topics=(
        "What about {topic}?",
        "Let's talk about {topic}.",
        "And {topic}?",
        "Where do we stand with {topic}?",
    ),
    generic=(
        "Tell me more.",
        "Go on.",
        "What else is there?",
        "What should we know next?",
        "Let's stay with that for a moment.",
        "How does it continue?",
        "Keep going.",
        "What else belongs to it?",
        "What's the next piece?",
    ),
    acknowledgements=(
        "Right.",
        "I see.",
        "Makes sense.",
        "Good to know.",
        "Okay.",
        "Understood.",
        "That's worth remembering.",
        "Fair enough.",
        "Noted.",
    ),
    links=(
        "Let's move on. {title}.",
        "Next up: {title}.",
        "That brings us to this: {title}.",
        "On to this: {title}.",
    ),
    hello="Hello, and welcome to {show}. I'm {name}.",
    hello_second="And I'm {name}.",
    hello_more="I'm {name}.",
    today="Today's topic: {title}.",
    hello_alone="This is {show}. Today's topic: {title}.",
    start=("Where do we start?", "What is it about?"),
    recap_question="If we keep one thing from all this, what should it be?",
    recap_alone="One thing to keep in mind from all this.",
    goodbye="Thanks for listening to {show}. You'll find the sources in the show notes.",
)

KOREAN = Phrases(
    cues=_cues(
        (
            r"조심|신중|한계|불확실|알려지지 않|밝혀지지 않|확실하지 않|단정|주의",
            ("얼마나 확실한 이야기일까요?", "조심해서 봐야 할 점도 있을까요?", "아직 모르는 건 뭘까요?"),
        ),
        (
            r"^(?:그러나|하지만|그런데|반면|다만|그럼에도|오히려|대신)|지 않았|지 못했|아니었|불구하고",
            ("정말 그렇게 단순할까요?", "그런데 걸리는 점이 있겠죠?", "그게 다가 아닐 것 같은데요?"),
        ),
        (
            r"때문|덕분|원인|이유|따라서|그래서|으로 인해|로 인해|므로",
            ("왜 그런 걸까요?", "이유가 뭘까요?", "어떻게 설명할 수 있을까요?"),
        ),
        (r"예를 들|예컨대|가령|등이 있", ("예를 하나 들어 볼까요?", "실제로는 어떤 모습일까요?")),
        (
            r"연구진|연구팀|과학자|학자|저자",
            ("연구한 사람들은 무엇을 했나요?", "어떤 방법으로 알아본 걸까요?"),
        ),
        (
            r"나타났|밝혀졌|밝혀냈|확인됐|확인되었|확인했|드러났|결과|측정|분석",
            ("어떤 결과가 나왔나요?", "무엇이 확인됐나요?", "어떻게 알게 된 걸까요?"),
        ),
        (
            r"\d[\d.,]* ?(?:퍼센트|%|만|억|배|미터|킬로미터|도|톤|명|곳|개)|절반|두 배",
            ("숫자로 보면 어떤가요?", "규모가 어느 정도일까요?", "수치로는 어떻게 되나요?"),
        ),
        (r"비용|가격|달러|예산|\d원|만 원|억 원", ("비용은 어떤가요?", "돈 이야기도 해 볼까요?")),
        (r"말했|밝혔|설명했|강조했|전했|따르면", ("당사자들은 뭐라고 하나요?", "누가 그렇게 말하나요?")),
        (
            r"계획|예정|앞으로|전망|목표|할 것이|될 것이|내년",
            ("앞으로는 어떻게 되나요?", "다음 단계는 뭘까요?", "어떤 계획이 있나요?"),
        ),
        (r"(?:1[5-9]|20)\d\d년", ("언제 있었던 일인가요?", "언제부터 이야기일까요?")),
        (r"방식|방법|과정|원리|통해|이용|활용", ("어떤 방식인가요?", "어떻게 작동하나요?")),
        (
            r"시민|주민|사람들|환자|이용자|소비자|어린이|노동자",
            ("사람들에게는 어떤 의미일까요?", "누가 영향을 받나요?"),
        ),
        (r"보다|비해|반대로|차이", ("비교하면 어떤가요?", "어떤 차이가 있나요?")),
    ),
    topics=("{topic}{은/는} 어떤가요?", "{topic} 이야기도 해 볼까요?", "그럼 {topic}{은/는}요?"),
    generic=(
        "조금 더 들려주세요.",
        "계속 이어 가 볼까요?",
        "또 어떤 이야기가 있나요?",
        "더 알아야 할 게 있을까요?",
        "이 부분을 조금 더 볼까요?",
        "그다음은요?",
        "이어서 들어 볼게요.",
        "다음 내용도 궁금한데요.",
    ),
    acknowledgements=(
        "그렇군요.",
        "네, 알겠어요.",
        "아, 그래요?",
        "기억해 둘 만하네요.",
        "음, 그렇겠네요.",
        "이해가 되네요.",
        "네.",
        "좋아요.",
    ),
    links=(
        "다음 이야기로 넘어가 볼게요. {title}.",
        "이번에는 이 이야기예요. {title}.",
        "이어서 볼 내용이에요. {title}.",
        "이제 여기로 가 볼까요? {title}.",
    ),
    hello="안녕하세요, {show}입니다. 저는 {name}{이에요/예요}.",
    hello_second="저는 {name}{이에요/예요}.",
    hello_more="{name}{이에요/예요}.",
    today="오늘의 주제는 이거예요. {title}.",
    hello_alone="안녕하세요, {show}입니다. 오늘의 주제는 이거예요. {title}.",
    start=("어디서부터 시작해 볼까요?", "어떤 이야기인가요?"),
    recap_question="오늘 이야기에서 하나만 기억한다면 무엇일까요?",
    recap_alone="오늘 이야기에서 하나만 기억한다면 이것이에요.",
    goodbye="{show}, 들어 주셔서 고맙습니다. 자료는 에피소드 설명에 있어요.",
)

PHRASES: dict[Language, Phrases] = {"en": ENGLISH, "ko": KOREAN}
