"""Names of the stand-in authors: family names and given names from many places, put together by chance.

A stand-in is nobody: where a combination is some real person's name, that is an accident.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from metaethno.example.prng import Stream
from metaethno.example.words import items

FAMILIES = items("""
    Abara; Adeyemi; Ahlström; Akhtar; Almeida; Álvarez; Amoah; Andersen; Antoniou; Arnason; Asante;
    Åström; Aydın; Baker; Banerjee; Barnett; Bekele; Benítez; Bergström; Bianchi; Björk; Blaskó;
    Bouchard; Bradley; Brännström; Brooks; Bui; Campbell; Cárdenas; Carvalho; Castañeda; Chanda;
    Chaudhry; Chen; Chikwanha; Christensen; Côté; Cruz; Çelik; da Costa; Dahl; Danso; Das; de Vries; de
    la Fuente; del Río; Demir; Dhillon; Díaz; Dlamini; Dubois; Duffy; Dvořák; Ekström; El-Sayed; Eriksen;
    Esposito; Evans; Eze; Farrell; Fernández; Fischer; Fitzgerald; Fontaine; Fraser; Fujimoto; Gagnon;
    García; García-López; Gebremariam; Ghosh; Gómez; Gonçalves; Gordon; Grünwald; Guðmundsdóttir; Gupta;
    Gustafsson; Haddad; Hansen; Hashemi; Hernández; Higgins; Hoang; Hoffmann; Horváth; Hughes; Hussain;
    Ibrahim; Ito; Iyer; Jackson; Jakobsen; Janssen; Jiménez; Johansson; Jones-Bailey; Jovanović; Kaya;
    Kamau; Kapoor; Karlsson; Kaur; Kelly; Khoza; Kim; Kiplagat; Kobayashi; Kovács; Kowalczyk; Kruger;
    Kumar; Kürten; Lam; Lambert; Larsen; Le Roux; Lefèvre; Li; Lindqvist; Liu; Łukasik; Lopes; Lund;
    MacDonald; Machado; Maïga; Makoni; Malik; Mbeki; McAllister; McCarthy; Mehta; Mendes; Meyer; Mokoena;
    Molina; Moreau; Morgan; Müller; Muñoz; Mwangi; Nakamura; Naidoo; Ndlovu; Nguyen; Nielsen; Nikolaidis;
    Novák; Nowak; Núñez; O'Brien; O'Connor; O'Neill; Obi; Ochieng; Okafor; Olsen; Onyango; Ortega; Osei;
    Otieno; Özdemir; Pacheco; Papadopoulou; Park; Patel; Pereira; Pérez; Peña; Petrov; Pettersson; Phiri;
    Popescu; Poulsen; Quispe; Rahman; Ramírez; Rao; Reid; Reilly; Ríos; Robertson; Rodríguez; Romero;
    Rossi; Rousseau; Ruiz; Sæther; Şahin; Sánchez; Santos; Sato; Schäfer; Schmidt; Schröder; Sharma;
    Shrestha; Silva; Simić; Singh; Sithole; Skovgaard; Søndergaard; Soto; Souza; Stewart; Strand;
    Sundström; Suzuki; Svensson; Szabó; Tadesse; Tanaka; Taufa; Te Whata; Tembo; Thomsen; Thorne; Torres;
    Tran; Traoré; Tshabalala; Tsui; Turner; Ünal; van den Berg; van der Merwe; van Dijk; Vargas; Vásquez;
    Velázquez; Vieira; Virtanen; Vogel; von Arnim; Walker; Wanjiru; Watanabe; Weiß; White; Whitmore;
    Wójcik; Wong; Yamada; Yılmaz; Yusuf; Zamora; Zhang; Zhou; Zulu; Žukauskas
""")

GIVENS = items("""
    Aaliyah; Abebe; Adrián; Agnieszka; Aiko; Alice; Alison; Amina; Amit; Ana; Anders; André; Andrea;
    Angela; Anita; Anna; Anneli; Anthony; Asha; Astrid; Ayşe; Beatriz; Benjamin; Birgit; Blessing;
    Brendan; Bríd; Camila; Carlos; Carmen; Carol; Caroline; Catherine; Cecilia; Charlotte; Chidi; Chloé;
    Christine; Claire; Clara; Colin; Daniel; David; Deborah; Deepa; Diana; Dominic; Eilidh; Ellen; Elena;
    Elif; Elizabeth; Emeka; Emily; Emma; Eva; Fatima; Fernanda; Fiona; Francesca; Françoise; Gareth;
    Geneviève; Gloria; Grace; Graham; Hannah; Hana; Helen; Henrik; Hiroshi; Hye-jin; Ian; Ines; Ingrid;
    Irene; Isabel; Jacqueline; James; Jamila; Jane; Jean-Pierre; Jelena; Jennifer; Jessica; Joan; João;
    John; José; Joyce; Juan; Judith; Julia; Karen; Karin; Katarzyna; Kate; Keiko; Kerstin; Kofi; Kwame;
    Lars; Laura; Leila; Liam; Lina; Linda; Lucía; Lucy; Luis; Mai; Manuel; Marcus; Margaret; María;
    Marie-Claude; Mark; Marta; Martin; Mary; Matthew; Megan; Mei; Michael; Min; Mireille; Mohammed;
    Mónica; Naledi; Naomi; Nasrin; Niamh; Nicola; Nils; Noor; Nuno; Olga; Oluwaseun; Pablo; Patricia;
    Paul; Pedro; Peter; Philippa; Pilar; Priya; Rachel; Rafael; Rajesh; Rebecca; Renée; Richard; Robert;
    Rosa; Ruth; Sadia; Samuel; Sara; Sarah; Sean; Sigrún; Siobhán; Sofía; Søren; Stephen; Susan; Sven;
    Tamara; Teresa; Thabo; Thandiwe; Thomas; Tomás; Ulla; Valérie; Victoria; Vikram; Wei; Wendy; William;
    Xiaoling; Yasmin; Yuki; Zainab; Zoë; Zsófia
""")

_SINGLE = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "ß": "ss",
        "đ": "d",
        "Đ": "D",
        "æ": "ae",
        "Æ": "AE",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
        "‐": "-",
        "–": "-",
        "—": "-",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
    }
)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return `text` without diacritics and with ASCII punctuation, as several databases show it."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_SINGLE))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@dataclass(frozen=True, slots=True)
class Person:
    """An author: `given` holds full given names for stand-ins, and initials ("DC") for the real ones."""

    family: str
    given: str
    real: bool = False

    def initials(self) -> str:
        """Return the initials without stops or spaces: `MC` for Marie-Claude."""
        if self.real:
            return self.given
        return "".join(part[0].upper() for part in self.given.replace("-", " ").replace(".", " ").split())


def team(stream: Stream, size: int | None = None) -> tuple[Person, ...]:
    """Return the authors of a stand-in, no family name twice."""
    if size is None:
        size = stream.weighted(((1, 12), (2, 19), (3, 22), (4, 18), (5, 12), (6, 9), (7, 5), (9, 3)))
    people: list[Person] = []
    used: set[str] = set()
    while len(people) < size:
        family = stream.pick(FAMILIES)
        if family in used:
            continue
        used.add(family)
        given = stream.pick(GIVENS)
        # A middle initial tells namesakes apart, and is what databases most often lose.
        if stream.chance(380):
            given += f" {chr(ord('A') + stream.below(23))}."
        people.append(Person(family, given))
    return tuple(people)
