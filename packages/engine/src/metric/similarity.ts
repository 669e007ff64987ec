import { distance } from "fastest-levenshtein";
import { atLeast, inconclusive, noExpectedOutput, referenceOf, type Finding } from "./outcome.ts";
import type { ParametersOf, ScoreInput } from "./schema.ts";
import { comparable } from "./text.ts";
import { oneUnitEach, tokensOf, wordsOf } from "./tokens.ts";

/** Longest texts compared, so that a score takes well under a second. Longer ones are inconclusive. */
export const longestLevenshtein = 10_000;
export const longestBleu = 200_000;
export const longestRougeWords = 5000;

/** 1 - edits / length of the longer text, in code points (Levenshtein 1966). Two empty texts are the same: 1. */
export function levenshteinSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  const codes = new Map<string, number>();
  const [left, right] = [oneUnitEach(a, codes), oneUnitEach(b, codes)];
  return 1 - distance(left, right) / Math.max(left.length, right.length);
}

/**
 * Sentence BLEU (Papineni et al. 2002) of one answer against one reference: the geometric mean of the clipped n-gram
 * precisions times the brevity penalty. Precisions of two words and more are smoothed by adding one to both sides
 * (Lin and Och 2004; smoothing 2 of Chen and Cherry 2014), and orders longer than the answer are left out, so that a
 * short answer equal to its reference is 1. Tokens in, 0 to 1 out.
 */
export function bleu(answer: string[], reference: string[], maxOrder: number): number {
  if (answer.length === 0 || reference.length === 0) return 0;
  const orders = Math.min(maxOrder, answer.length);
  let logSum = 0;
  for (let order = 1; order <= orders; order += 1) {
    const total = answer.length - order + 1;
    const matched = clippedMatches(answer, reference, order);
    if (order === 1 && matched === 0) return 0;
    const smoothing = order === 1 ? 0 : 1;
    logSum += Math.log((matched + smoothing) / (total + smoothing));
  }
  const brevity = answer.length >= reference.length ? 0 : 1 - reference.length / answer.length;
  return Math.min(1, Math.exp(logSum / orders + brevity));
}

function clippedMatches(answer: string[], reference: string[], order: number): number {
  const left = countNgrams(reference, order);
  let matched = 0;
  for (const [ngram, count] of countNgrams(answer, order)) matched += Math.min(count, left.get(ngram) ?? 0);
  return matched;
}

function countNgrams(tokens: string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= tokens.length; start += 1) {
    // A token holds no space, so that the key is unambiguous.
    const ngram = tokens.slice(start, start + order).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** ROUGE-L (Lin 2004), sentence level: F1 of the longest common subsequence of words. Words in, 0 to 1 out. */
export function rougeL(answer: string[], reference: string[]): number {
  if (answer.length === 0 || reference.length === 0) return 0;
  const common = longestCommonSubsequence(answer, reference);
  return (2 * common) / (answer.length + reference.length);
}

function longestCommonSubsequence(a: string[], b: string[]): number {
  const ids = new Map<string, number>();
  const idOf = (word: string): number => {
    const id = ids.get(word) ?? ids.size;
    ids.set(word, id);
    return id;
  };
  const [left, right] = [Int32Array.from(a, idOf), Int32Array.from(b, idOf)];
  let previous = new Int32Array(right.length + 1);
  let current = new Int32Array(right.length + 1);
  for (const word of left) {
    for (let column = 1; column <= right.length; column += 1)
      current[column] =
        word === right[column - 1] ? previous[column - 1]! + 1 : Math.max(previous[column]!, current[column - 1]!);
    [previous, current] = [current, previous];
  }
  return previous[right.length]!;
}

/** Levenshtein similarity of the trimmed texts, 0 to 1; inconclusive above `longestLevenshtein` characters. */
export function scoreLevenshtein(parameters: ParametersOf<"levenshtein">, input: ScoreInput): Finding {
  const reference = referenceOf(parameters, input);
  if (reference === null) return inconclusive(noExpectedOutput);
  if (Math.max(reference.length, input.output.length) > longestLevenshtein) return tooLong("10,000 characters");
  const form = (text: string): string => comparable(text.trim(), parameters.ignore_case);
  return atLeast(levenshteinSimilarity(form(input.output), form(reference)), parameters.threshold, "Similarity");
}

/** BLEU of the tokens, 0 to 1; inconclusive above `longestBleu` characters. */
export function scoreBleu(parameters: ParametersOf<"bleu">, input: ScoreInput): Finding {
  const reference = referenceOf(parameters, input);
  if (reference === null) return inconclusive(noExpectedOutput);
  if (Math.max(reference.length, input.output.length) > longestBleu) return tooLong("200,000 characters");
  const expected = tokensOf(reference);
  if (expected.length === 0) return inconclusive(noWords);
  return atLeast(bleu(tokensOf(input.output), expected, parameters.max_order), parameters.threshold, "BLEU");
}

/** ROUGE-L of the words, 0 to 1; inconclusive above `longestRougeWords` words. */
export function scoreRougeL(parameters: ParametersOf<"rouge_l">, input: ScoreInput): Finding {
  const reference = referenceOf(parameters, input);
  if (reference === null) return inconclusive(noExpectedOutput);
  const limit = "5,000 words";
  if (Math.max(reference.length, input.output.length) > longestBleu) return tooLong(limit);
  const [words, expected] = [wordsOf(input.output), wordsOf(reference)];
  if (expected.length === 0) return inconclusive(noWords);
  if (Math.max(words.length, expected.length) > longestRougeWords) return tooLong(limit);
  return atLeast(rougeL(words, expected), parameters.threshold, "ROUGE-L");
}

const noWords = "The expected output holds no words to compare with";

function tooLong(limit: string): Finding {
  return inconclusive(`The answer or the expected output is too long to compare (more than ${limit})`);
}
