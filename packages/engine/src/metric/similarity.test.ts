import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bleu, levenshteinSimilarity, rougeL } from "./similarity.ts";
import { tokensOf, wordsOf } from "./tokens.ts";

/**
 * Answer, reference, BLEU of order 1, 2 and 4, ROUGE-L. BLEU by sacrebleu 2 (add-k smoothing with k = 1, effective
 * order, no tokeniser, orders up to the length of the answer; for four words and more the same as smoothing 2 of nltk), ROUGE-L by rouge-score without stemmer.
 */
const computedElsewhere: [string, string, number, number, number, number][] = [
  ["the cat sat on the mat", "the cat is on the mat", 0.833333333333, 0.7453559925, 0.485491771707, 0.833333333333],
  ["the cat", "the cat", 1.0, 1.0, 1.0, 1.0],
  ["yes", "yes", 1.0, 1.0, 1.0, 1.0],
  ["no", "yes", 0.0, 0.0, 0.0, 0.0],
  [
    "the the the the the the the",
    "the cat is on the mat",
    0.285714285714,
    0.20203050891,
    0.192056126375,
    0.307692307692,
  ],
  [
    "the policy covers water damage",
    "the policy covers water damage up to the limit",
    0.449328964117,
    0.449328964117,
    0.449328964117,
    0.714285714286,
  ],
  [
    "water damage is covered by the policy up to the limit",
    "the policy covers water damage up to the limit",
    0.727272727273,
    0.629836657298,
    0.403265577054,
    0.6,
  ],
  ["a b c d", "e f g h", 0.0, 0.0, 0.0, 0.0],
  [
    "the policy covers water damage up to the limit and then some more",
    "the policy covers water damage",
    0.384615384615,
    0.384615384615,
    0.3405376657,
    0.555555555556,
  ],
  [
    "ten fast cat paid sat damage",
    "mat cat policy a damage cat damage ten up",
    0.303265329856,
    0.175090319828,
    0.15409904548,
    0.266666666667,
  ],
  [
    "ten damage fast days cat paid dog on sat dog",
    "limit sat damage mat sat limit damage up covers water is covers ten ran",
    0.201096013811,
    0.116102837707,
    0.095769980019,
    0.166666666667,
  ],
  ["is limit a damage", "covers ran policy up cat water on ran ten", 0.0, 0.0, 0.0, 0.0],
  [
    "the to claim damage within dog limit",
    "covers is cat sat a limit cat claim dog damage",
    0.372250890018,
    0.186125445009,
    0.14878510562,
    0.235294117647,
  ],
  [
    "paid dog fast to the covers on sat cat claim sat",
    "fast ten covers on",
    0.272727272727,
    0.222680885708,
    0.15320778812,
    0.4,
  ],
  [
    "damage within paid within dog policy ran",
    "days on on a a covers damage",
    0.142857142857,
    0.142857142857,
    0.161499308196,
    0.142857142857,
  ],
  ["dog on water up ran", "limit water up", 0.4, 0.4, 0.339808848969, 0.5],
  ["claim covers within ten to damage fast fast covers fast mat", "policy sat up sat", 0.0, 0.0, 0.0, 0.0],
  ["on sat ran the within up on a ran fast", "sat covers", 0.1, 0.1, 0.108559260405, 0.166666666667],
  [
    "covers dog on claim claim covers limit water",
    "ten water on water",
    0.25,
    0.176776695297,
    0.165158215901,
    0.333333333333,
  ],
  ["claim", "days paid limit a fast", 0.0, 0.0, 0.0, 0.0],
  [
    "ran mat water",
    "ran mat is days paid is paid claim mat",
    0.090223522158,
    0.090223522158,
    0.081973510035,
    0.333333333333,
  ],
  [
    "covers claim days is covers mat up ran is",
    "days days fast mat mat mat mat up within paid covers to",
    0.318458360255,
    0.225184066062,
    0.14683832032,
    0.285714285714,
  ],
  [
    "to paid sat fast limit mat within policy up cat ten limit covers",
    "ten limit on sat on within is on paid days to ran",
    0.461538461538,
    0.266469355011,
    0.152293073881,
    0.16,
  ],
  [
    "damage the is limit sat claim on days mat",
    "mat a dog a damage a policy sat ten ran covers damage within policy",
    0.191251140246,
    0.110418897304,
    0.09201048926,
    0.173913043478,
  ],
  [
    "sat on water within is up is on on",
    "limit damage ran water damage is sat damage a dog",
    0.298279772271,
    0.172211906815,
    0.143501721076,
    0.210526315789,
  ],
  [
    "sat policy the within cat ran days up mat dog water is water",
    "limit within ten a",
    0.076923076923,
    0.076923076923,
    0.081824779009,
    0.117647058824,
  ],
  [
    "within mat policy policy fast dog to policy mat",
    "is within on limit to",
    0.222222222222,
    0.157134840264,
    0.144906957315,
    0.285714285714,
  ],
  [
    "a on covers",
    "ten fast covers days paid on policy water ran mat ran limit",
    0.033191378912,
    0.023469849106,
    0.023935125987,
    0.133333333333,
  ],
  ["ran", "policy the ran up water cat days is", 0.000911881966, 0.000911881966, 0.000911881966, 0.222222222222],
  ["cat a", "on claim paid paid to ten fast water water covers ran dog is", 0.0, 0.0, 0.0, 0.0],
  [
    "policy cat ten",
    "cat a up mat a sat the days policy ten up",
    0.069483451223,
    0.040116289268,
    0.038238216823,
    0.285714285714,
  ],
  ["water", "ten days a on", 0.0, 0.0, 0.0, 0.0],
  ["up water mat policy to", "ran the a the claim", 0.0, 0.0, 0.0, 0.0],
  [
    "days water a policy to to to damage within",
    "dog mat a mat within claim on days days",
    0.333333333333,
    0.19245008973,
    0.160365909699,
    0.222222222222,
  ],
  [
    "sat cat claim a on cat paid within to dog a dog covers on",
    "the fast ran days ran the within mat",
    0.071428571429,
    0.071428571429,
    0.075623162033,
    0.090909090909,
  ],
  [
    "the fast covers",
    "to a is cat is on damage fast dog",
    0.045111761079,
    0.045111761079,
    0.051640075414,
    0.166666666667,
  ],
  [
    "a damage water claim to limit within fast ran days on",
    "up on paid limit water policy limit water ten claim damage is",
    0.415045780128,
    0.185614115628,
    0.133660848759,
    0.173913043478,
  ],
  ["paid", "is limit days to cat the to days fast policy", 0.0, 0.0, 0.0, 0.0],
  ["up", "water a a covers cat ten within sat water claim covers", 0.0, 0.0, 0.0, 0.0],
  [
    "cat a claim mat claim days covers fast covers limit claim up to",
    "up ran",
    0.076923076923,
    0.076923076923,
    0.081824779009,
    0.133333333333,
  ],
];

describe("agrees with other implementations", () => {
  test.each(computedElsewhere)("%j against %j", (answer, reference, bleu1, bleu2, bleu4, rouge) => {
    const [tokens, expected] = [tokensOf(answer), tokensOf(reference)];
    expect(bleu(tokens, expected, 1)).toBeCloseTo(bleu1, 9);
    expect(bleu(tokens, expected, 2)).toBeCloseTo(bleu2, 9);
    expect(bleu(tokens, expected, 4)).toBeCloseTo(bleu4, 9);
    expect(rougeL(wordsOf(answer), wordsOf(reference))).toBeCloseTo(rouge, 9);
  });
});

describe("levenshteinSimilarity", () => {
  test.each([
    ["", "", 1],
    ["", "abc", 0],
    ["kitten", "sitting", 1 - 3 / 7],
    ["flaw", "lawn", 0.5],
    ["same", "same", 1],
    ["\u{1f600}", "\u{1f601}", 0],
    ["a\u{1f600}b", "a\u{1f601}b", 1 - 1 / 3],
    ["日本語", "日本", 1 - 1 / 3],
    ["\ud800", "\ud801", 0],
  ])("%j against %j", (a, b, similarity) => {
    expect(levenshteinSimilarity(a, b)).toBeCloseTo(similarity, 12);
  });

  test("is the textbook distance", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 12 }),
        fc.string({ unit: "binary", maxLength: 12 }),
        (a, b) => {
          const [left, right] = [Array.from(a), Array.from(b)];
          const longest = Math.max(left.length, right.length);
          const expected = longest === 0 ? 1 : 1 - textbookDistance(left, right) / longest;
          expect(levenshteinSimilarity(a, b)).toBeCloseTo(expected, 12);
        },
      ),
    );
  });
});

/** Wagner and Fischer 1974, word for word. */
function textbookDistance(a: string[], b: string[]): number {
  const rows = Array.from({ length: a.length + 1 }, (_, row) => [row]);
  for (let column = 1; column <= b.length; column += 1) rows[0]![column] = column;
  for (let row = 1; row <= a.length; row += 1)
    for (let column = 1; column <= b.length; column += 1)
      rows[row]![column] = Math.min(
        rows[row - 1]![column]! + 1,
        rows[row]![column - 1]! + 1,
        rows[row - 1]![column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1),
      );
  return rows[a.length]![b.length]!;
}

const word = fc.constantFrom("the", "cat", "sat", "Mat", "é", "日", "42", "\u{1f600}");
const words = fc.array(word, { minLength: 1, maxLength: 30 });

describe("properties", () => {
  test("all lie between 0 and 1", () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 4 }), (a, b, order) => {
        for (const value of [bleu(a, b, order), rougeL(a, b), levenshteinSimilarity(a.join(" "), b.join(" "))]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("a text is fully like itself, however short", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 4 }), (a, order) => {
        expect(bleu(a, a, order)).toBeCloseTo(1, 12);
        expect(rougeL(a, a)).toBe(1);
        expect(levenshteinSimilarity(a.join(" "), a.join(" "))).toBe(1);
      }),
    );
  });

  test("ROUGE-L and Levenshtein do not care which is which", () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(rougeL(a, b)).toBe(rougeL(b, a));
        expect(levenshteinSimilarity(a.join(" "), b.join(" "))).toBe(levenshteinSimilarity(b.join(" "), a.join(" ")));
      }),
    );
  });

  test("BLEU is 0 exactly where no word is shared", () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(bleu(a, b, 4) === 0).toBe(!a.some((token) => b.includes(token)));
      }),
    );
  });
});

describe("tokens", () => {
  test.each([
    ["Hello, world!", ["Hello", ",", "world", "!"], ["hello", "world"]],
    ["don't", ["don", "'", "t"], ["don", "t"]],
    ["naïve café", ["naïve", "café"], ["naïve", "café"]],
    ["日本語 text", ["日", "本", "語", "text"], ["日", "本", "語", "text"]],
    ["  ", [], []],
    ["\u{1f600}", ["\u{1f600}"], []],
  ])("of %j", (text, tokens, plainWords) => {
    expect(tokensOf(text)).toEqual(tokens);
    expect(wordsOf(text)).toEqual(plainWords);
  });
});
