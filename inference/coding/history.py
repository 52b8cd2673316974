"""Conditions that are over, and conditions that never are.

Source: Guidelines I.C.21.c.4 (history of), I.C.2.m (personal history of malignancy), I.C.9.d.3 (Z86.73
for a stroke without deficits), I.C.9.e.1 (I25.2 for an old infarction), IV.I and IV.J (chronic diseases
are coded as often as they are treated; conditions no longer present are history).
"""

from __future__ import annotations

# Stored prefix of the condition → the code for having had it. The longest prefix wins.
HISTORY: dict[str, str] = {
    "C15": "Z8501", "C16": "Z85028", "C18": "Z85038", "C19": "Z85038", "C20": "Z85048", "C22": "Z8505",
    "C25": "Z8507", "C34": "Z85118", "C32": "Z8521", "C40": "Z85830", "C43": "Z85820", "C44": "Z85828",
    "C50": "Z853", "C53": "Z8541", "C54": "Z8542", "C55": "Z8542", "C56": "Z8543", "C61": "Z8546",
    "C62": "Z8547", "C64": "Z85528", "C67": "Z8551", "C71": "Z85841", "C73": "Z85850", "C81": "Z8571",
    "C82": "Z8572", "C83": "Z8572", "C84": "Z8572", "C85": "Z8572", "C90": "Z8579", "C91": "Z856",
    "C92": "Z856", "C95": "Z856", "C": "Z859", "D05": "Z86000", "D03": "Z86006", "K635": "Z860100",
    "D12": "Z860101", "I21": "I252", "I22": "I252", "I63": "Z8673", "I61": "Z8679", "I60": "Z8679",
    "G45": "Z8673", "I82": "Z86718", "I26": "Z86711", "I80": "Z8672", "N20": "Z87442", "N390": "Z87440",
    "J18": "Z8701", "J12": "Z8701", "J15": "Z8701", "K25": "Z8711", "K26": "Z8711", "K27": "Z8711",
    "U071": "Z8616", "A15": "Z8611", "F17": "Z87891", "O244": "Z8632", "M8": "Z8739", "S": "",
    "Z72": "Z87891", "B15": "Z8619", "A41": "Z8619", "G40": "", "D50": "Z862", "D62": "Z862",
    "I71": "Z8679",
}  # fmt: skip

# Stored prefixes of conditions that last: "history of diabetes" is diabetes.
CHRONIC = (
    "B18", "B20", "C", "D55", "D56", "D57", "D58", "D6", "D80", "D83", "D86", "E03", "E05", "E06", "E1", "E2", "E66",
    "E78", "E84", "E88", "F01", "F02", "F03", "F1", "F2", "F31", "F33", "F32", "F4", "F50", "F6", "F7", "F8", "F9",
    "G10", "G12", "G2", "G30", "G31", "G35", "G40", "G43", "G47", "G5", "G6", "G7", "G80", "G81", "G82", "H35", "H40",
    "H52", "H54", "H9", "I05", "I1", "I20", "I25", "I27", "I34", "I35", "I36", "I38", "I42", "I44", "I45", "I48",
    "I50", "I65", "I69", "I7", "I83", "I87", "J30", "J41", "J42", "J43", "J44", "J45", "J47", "J84", "J96", "K21",
    "K22", "K50", "K51", "K57", "K58", "K70", "K73", "K74", "K75", "K76", "K86", "K90", "L20", "L4", "L71", "L93",
    "M0", "M1", "M3", "M41", "M45", "M47", "M48", "M50", "M51", "M54", "M79", "M80", "M81", "N04", "N18", "N25", "N28",
    "N31", "N4", "N52", "N80", "N95", "Q", "R32",
)  # fmt: skip


def history_of(code: str) -> str:
    """The personal-history code for a condition that is over, "" when there is none to use."""
    for length in range(min(len(code), 5), 0, -1):
        if code[:length] in HISTORY:
            return HISTORY[code[:length]]
    return ""
