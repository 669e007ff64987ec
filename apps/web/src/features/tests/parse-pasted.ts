/** Many tests from pasted text: one input per line, or a table with a header (commas, semicolons or tabs). */

/** A test as it was pasted. Labels are names; null where the text does not say. */
export type PastedTest = {
  input: string;
  expected_output: string | null;
  requirement: string | null;
  topic: string | null;
  category: string | null;
};

/** `rows` are usable; `problems` name the line (from 1) of what is not. `columns` is null for one input per line. */
export type Pasted = {
  rows: PastedTest[];
  columns: string[] | null;
  problems: { line: number; message: string }[];
};

type Field = keyof PastedTest;

const headings: Record<string, Field> = {
  input: "input",
  prompt: "input",
  question: "input",
  stimulus: "input",
  text: "input",
  expected: "expected_output",
  "expected output": "expected_output",
  "expected answer": "expected_output",
  answer: "expected_output",
  reference: "expected_output",
  requirement: "requirement",
  behavior: "requirement",
  behaviour: "requirement",
  topic: "topic",
  category: "category",
};

/** The most characters of an input or an expected output, as the server takes it. */
const longest = 100_000;
const longestName = 200;

function fieldOf(heading: string): Field | null {
  return headings[heading.trim().toLowerCase().replaceAll("_", " ")] ?? null;
}

/** Records of an RFC 4180 table with the line each starts on. A quoted value may hold separators, quotes and line breaks. */
function parseTable(text: string, separator: string): { line: number; cells: string[] }[] {
  const records: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  let line = 1;
  let start = 1;
  const endRecord = () => {
    cells.push(cell);
    if (cells.some((value) => value.trim() !== "")) records.push({ line: start, cells });
    cells = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\n") line++;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (character === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (character === separator) {
      cells.push(cell);
      cell = "";
    } else if (character === "\n") {
      endRecord();
      start = line;
    } else cell += character;
  }
  endRecord();
  return records;
}

function separatorOf(header: string): string | null {
  for (const separator of ["\t", ";", ","]) {
    const fields = header.split(separator).map((heading) => fieldOf(heading.replaceAll('"', "")));
    if (fields.length > 1 && fields.includes("input")) return separator;
  }
  return null;
}

function linesOf(text: string): Pasted {
  const problems: Pasted["problems"] = [];
  const rows = text.split("\n").flatMap((value, index) => {
    const input = value.trim();
    if (input === "") return [];
    if (input.length > longest) {
      problems.push({ line: index + 1, message: "The input is longer than 100,000 characters" });
      return [];
    }
    return [{ input, expected_output: null, requirement: null, topic: null, category: null }];
  });
  return { rows, columns: null, problems };
}

function problemOf(row: PastedTest): string | null {
  if (row.input === "") return "The input is empty";
  if (row.input.length > longest) return "The input is longer than 100,000 characters";
  if ((row.expected_output?.length ?? 0) > longest) return "The expected output is longer than 100,000 characters";
  const tooLong = (["requirement", "topic", "category"] as const).find(
    (field) => (row[field]?.length ?? 0) > longestName,
  );
  return tooLong === undefined ? null : `The ${tooLong} is longer than 200 characters`;
}

/** Reads pasted text. A first line that names a column `input` (or prompt, question) next to others makes it a table. */
export function parsePasted(pasted: string): Pasted {
  const text = pasted
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n");
  const separator = separatorOf(text.trimStart().split("\n", 1)[0] ?? "");
  if (separator === null) return linesOf(text);
  const [header, ...records] = parseTable(text, separator);
  const fields = header?.cells.map(fieldOf) ?? [];
  const problems: Pasted["problems"] = [];
  const rows: PastedTest[] = [];
  for (const { line, cells } of records) {
    const row: PastedTest = { input: "", expected_output: null, requirement: null, topic: null, category: null };
    fields.forEach((field, index) => {
      const value = cells[index]?.trim() ?? "";
      if (field !== null && value !== "") row[field] = value;
    });
    const problem = problemOf(row);
    if (problem === null) rows.push(row);
    else problems.push({ line, message: problem });
  }
  const ignored = header?.cells.filter((_, index) => fields[index] === null) ?? [];
  if (ignored.length > 0) problems.unshift({ line: header?.line ?? 1, message: ignoredColumns(ignored) });
  return { rows, columns: fields.filter((field) => field !== null), problems };
}

function ignoredColumns(names: string[]): string {
  const quoted = names.map((name) => `“${name.trim()}”`).join(", ");
  return names.length === 1 ? `The column ${quoted} is not used` : `The columns ${quoted} are not used`;
}

/** Parts of at most `size`, as many requests as that takes. */
export function inParts<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
