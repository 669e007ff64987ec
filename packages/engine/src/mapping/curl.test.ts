import { readdirSync, readFileSync } from "node:fs";
import { cpuTime } from "@rhesis/testkit/cpu-time";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig } from "../target/check-config.ts";
import { targetConfig, type TargetConfig } from "../target/schema.ts";
import { visibleSecrets } from "../target/visible-secret.ts";
import { cmdWords } from "./cmd-words.ts";
import { proposeFromCurl } from "./curl.ts";
import { ProposalError } from "./proposal-error.ts";
import { longestSource } from "./schema.ts";
import { shellWords } from "./shell-words.ts";

type Case = {
  name: string;
  /** Line by line. */
  curl: string[];
  proposal?: { config: Partial<TargetConfig> & { url: string }; secret: string | null; notes: string[] };
  refused?: string;
};

const corpus = new URL("./corpus/", import.meta.url);
const files = readdirSync(corpus).filter((file) => file.startsWith("curl-"));
const read = (file: string) => JSON.parse(readFileSync(new URL(file, corpus), "utf8")) as Case[];

describe.each(files)("%s", (file) => {
  it.each(read(file).map((one): [string, Case] => [one.name, one]))("%s", (_name, { curl, proposal, refused }) => {
    const source = curl.join("\n");
    if (proposal === undefined) {
      expect(() => proposeFromCurl(source)).toThrow(new ProposalError(refused));
      return;
    }
    const expected = { type: "curl", ...proposal, config: targetConfig.parse(proposal.config) };
    expect(proposeFromCurl(source)).toEqual(expected);
  });
});

/** What holds of every proposal, whatever was pasted. */
function expectUsable(source: string): void {
  let proposal;
  try {
    proposal = proposeFromCurl(source);
  } catch (error) {
    expect(error).toBeInstanceOf(ProposalError);
    return;
  }
  const { config, secret, notes } = proposal;
  expect(targetConfig.parse(config)).toEqual(config);
  expect(checkConfig(config)).toEqual([]);
  expect(visibleSecrets(config)).toEqual([]);
  expect(notes.every((note) => note.length > 0 && note.length < 1000)).toBe(true);
  expect(secret?.length ?? 0).toBeLessThanOrEqual(8192);
}

const scrap = fc.oneof(
  fc.constantFrom(
    ..."curl,-H,-d,-X,POST,-u,a:b,--json,-G,--data-urlencode,-b,@f,\\\n,^\n,`\n,\",',$',\\,^,$(x),#,|,&,;,>,2>,\n".split(
      ",",
    ),
    "https://bot.example/chat?q=1&key=2",
    "http://u:p@[::1]:8/",
    "'Authorization: Bearer abc'",
    "'X-Api-Key;'",
    "'Upgrade: websocket'",
    "'Sec-WebSocket-Protocol: a, b'",
    "wss://bot.example/ws",
    "'Accept: text/event-stream'",
    '\'{"stream":true,"model":"m","prompt":"x"}\'',
    "'Cookie: a=b'",
    '\'{"message":"hi","messages":[{"role":"user","content":"x"}],"__proto__":1,"constructor":{"a":1}}\'',
    "'__body__=1&constructor=2&__proto__=3&toString=4'",
    "{{ input }}",
    "{% for %}",
    "{#",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.json({ maxDepth: 4 }).map((json) => `'${json.replaceAll("'", "'\\''")}'`),
);

describe("whatever is pasted", () => {
  it("is a usable proposal or refused with a word", () => {
    const commands = fc.array(scrap, { maxLength: 14 }).map((scraps) => scraps.join(" "));
    fc.assert(
      fc.property(commands, (text) => {
        expectUsable(text);
        expectUsable(`curl https://bot.example/x ${text}`);
        expectUsable(`curl wss://bot.example/x ${text}`);
      }),
      { numRuns: 3000 },
    );
  });

  it("is a usable proposal whatever JSON is sent", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => {
        expectUsable(`curl https://bot.example/x --json '${json.replaceAll("'", "'\\''")}'`);
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps a secret to its own field, wherever it stands", () => {
    const secret = "planted-0b5e77c1d2";
    const places = [
      `-H 'Authorization: Bearer ${secret}'`,
      `-H 'authorization: Custom ${secret}'`,
      `-H 'X-Auth-Token: ${secret}'`,
      `-H 'X-Api-Key: ${secret}'`,
      `-H 'Proxy-Authorization: Basic ${secret}'`,
      `-H 'X-CSRF-Token: ${secret}'`,
      `-b 'sid=${secret}'`,
      `-u 'me:${secret}'`,
      `--oauth2-bearer ${secret}`,
      `--url-query 'access_token=${secret}'`,
      `--proxy-user 'me:${secret}'`,
      `-H 'Sec-WebSocket-Protocol: chat, bearer.${secret}'`,
      `-H 'Sec-WebSocket-Key: ${secret}'`,
    ];
    const bodies = ["", `--json '{"a":{"clientSecret":"${secret}"}}'`, `-d 'message=hi&password=${secret}'`];
    fc.assert(
      fc.property(
        fc.subarray(places),
        fc.constantFrom(...bodies),
        fc.constantFrom("https", "wss"),
        (some, body, scheme) => {
          const { config, notes } = proposeFromCurl(`curl ${scheme}://bot.example/x ${some.join(" ")} ${body}`);
          const shown = JSON.stringify({ config, notes });
          expect(shown).not.toContain(secret);
          expect(shown).not.toContain(Buffer.from(`me:${secret}`).toString("base64"));
        },
      ),
      { numRuns: 300 },
    );
  });

  const long = longestSource.curl - 100;
  it.each([
    ["quotes", "'\"".repeat(long / 2)],
    ["backslashes", "\\".repeat(long)],
    ["carets", `^\n${'^"'.repeat(long / 2)}`],
    ["options", "-H 'a: b' ".repeat(long / 10)],
    ["addresses", "https://x.example/ ".repeat(long / 19)],
    ["a deep body", `--json '${"[".repeat(long / 2)}${"]".repeat(long / 2)}'`],
    ["a wide body", `--json '[${'{"message":"a b"},'.repeat(long / 20)}1]'`],
    ["many turns", `--json '{"messages":[${'{"role":"user","content":"a b"},'.repeat(long / 34)}1]}'`],
    ["many fields", `-d '${"a=b&".repeat(long / 4)}'`],
    ["many templates", `--json '[${'"{{ a }}",'.repeat(long / 12)}1]'`],
    ["a long secret", `-H 'Authorization: Bearer ${"x".repeat(long / 2)}\ny'`],
    ["a long header", `-H 'X-A: ${"{{ ".repeat(long / 3)}'`],
    ["a long scheme", `-H 'Authorization: ${"a-".repeat(long / 2)}'`],
    ["a long address", `'https://x.example/${"a/".repeat(long / 2)}'`],
    ["a long name", `--json '{"${"aB".repeat(long / 3)}":"x y"}'`],
    ["spaces", " \t".repeat(long / 2)],
    ["lines", "\n".repeat(long)],
    ["dashes", "-".repeat(long)],
    ["variables", "$A_".repeat(long / 3)],
    ["a fence", `\`\`\`${"a".repeat(long)}`],
  ])("is read in time: %s", (_, text) => {
    const before = cpuTime();
    expectUsable(`curl https://bot.example/x ${text}`);
    expectUsable(text);
    expect(cpuTime() - before).toBeLessThan(1500);
  });
});

describe("words", () => {
  const words = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { minLength: 1, maxLength: 6 });
  const textsOf = (read: { words: { text: string }[] }) => read.words.map(({ text }) => text);

  it.each<[string, (word: string) => string]>([
    ["single quotes", (word) => `'${word.replaceAll("'", "'\\''")}'`],
    ["double quotes", (word) => `"${word.replaceAll(/["\\$`]/g, "\\$&")}"`],
    [
      "dollar quotes",
      (word) =>
        `$'${Array.from({ length: word.length }, (_, at) => `\\u${word.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}'`,
    ],
  ])("of bash come back from %s", (_, quote) => {
    fc.assert(
      fc.property(words, (list) => {
        expect(textsOf(shellWords(list.map(quote).join(" \\\n ")))).toEqual(list);
      }),
    );
  });

  it("of the Windows command line come back as Chrome quotes them", () => {
    // https://source.chromium.org/chromium: escapeStringWin of the network panel
    const quote = (word: string): string =>
      `^"${word
        .replaceAll("\\", "\\\\")
        .replaceAll('"', '\\"')
        .replaceAll(/[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]/g, "^$&")
        .replaceAll("\n", "^\n\n")}^"`;
    const plain = fc.string({ unit: fc.constantFrom(..."aé ^\"\\%&|<>{}[]\n$'`!".split("")), maxLength: 20 });
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 5 }), (list) => {
        expect(textsOf(cmdWords(list.map(quote).join(" ^\n ")))).toEqual(list);
      }),
    );
  });
});
