/** What the options of curl say about a call. */
import { ProposalError } from "./proposal-error.ts";

/** `plain`: as it stands. `urlencode`: a value, or `name=value`, that curl encodes. */
export type Data = { kind: "plain" | "urlencode" | "json"; text: string };

export type CurlCommand = {
  urls: string[];
  method: string | null;
  headers: string[];
  data: Data[];
  /** `-G`: the data goes into the address. */
  in_query: boolean;
  /** What goes into the address in any case. */
  query: Data[];
  user: string | null;
  bearer: string | null;
  cookie: string | null;
  timeout_s: number | null;
  attempts: number | null;
  redirects: boolean;
  has_more: boolean;
  notes: string[];
};

type Use = (command: CurlCommand, value: string) => void;

const file = (what: string): ProposalError =>
  new ProposalError(`${what} is in a file of your own, which cannot be read here. Put its text into the command.`);

const data =
  (kind: Data["kind"], takesFiles: boolean): Use =>
  (command, text) => {
    if (takesFiles && text.startsWith("@")) throw file("The body (@…)");
    if (kind === "urlencode" && /^[^=@]*@/.test(text)) throw file("A part of the body (@…)");
    command.data.push({ kind, text });
  };
const refuse =
  (message: string): Use =>
  () => {
    throw new ProposalError(message);
  };
const note =
  (text: string): Use =>
  (command) =>
    void command.notes.push(text);
const header: Use = (command, value) => {
  if (value.startsWith("@")) throw file("A header (-H @…)");
  command.headers.push(value);
};
const seconds: Use = (command, value) => void (command.timeout_s = Number.parseFloat(value));
const ignore: Use = () => undefined;
const noForms =
  "Forms with files (-F) cannot be sent to an endpoint. Ask for an address of the application that takes JSON.";
const noUpload = "The command sends a file (-T), which an endpoint cannot. Ask for an address that takes JSON.";
const noHead = "The command asks for headers only (-I): there is no answer in them.";
const noOtherSignIn =
  "The way the command signs in (Digest, NTLM, Negotiate or a signature of each call) is not supported.";
const noCertificates =
  "Certificates of the command were left out: an endpoint is called with the certificates that computers trust by themselves.";
const noProxy = "The proxy of the command was left out: endpoints are called directly.";

/** Options that take a value. */
const valued: Readonly<Record<string, Use>> = {
  "--url": (command, value) => void command.urls.push(value),
  "--request": (command, value) => void (command.method = value.toUpperCase()),
  "--header": header,
  "--data": data("plain", true),
  "--data-ascii": data("plain", true),
  "--data-binary": data("plain", true),
  "--data-raw": data("plain", false),
  "--data-urlencode": data("urlencode", false),
  "--url-query": (command, text) => void command.query.push({ kind: "urlencode", text }),
  "--json": data("json", true),
  "--form": refuse(noForms),
  "--form-string": refuse(noForms),
  "--upload-file": refuse(noUpload),
  "--config": refuse("The command reads its options from a file (-K), which cannot be read here."),
  "--user": (command, value) => void (command.user = value),
  "--oauth2-bearer": (command, value) => void (command.bearer = value),
  "--aws-sigv4": note(noOtherSignIn),
  "--cookie": (command, value) => void (command.cookie = value),
  "--user-agent": (command, value) => header(command, `User-Agent: ${value}`),
  "--referer": (command, value) => header(command, `Referer: ${value.replace(/;auto$/, "")}`),
  "--max-time": seconds,
  "--retry": (command, value) => void (command.attempts = Number.parseInt(value, 10) + 1),
  "--proxy": note(noProxy),
  "--cert": note(noCertificates),
  "--cacert": note(noCertificates),
  "--key": note(noCertificates),
};
const ignoredWithValue =
  "--output --write-out --connect-timeout --retry-delay --retry-max-time --max-redirs --resolve --connect-to " +
  "--cookie-jar --dump-header --interface --limit-rate --speed-limit --speed-time --keepalive-time --trace " +
  "--trace-ascii --stderr --range --time-cond --ciphers --tls-max --capath --cert-type --key-type --pass --proto " +
  "--noproxy --proxy-user --dns-servers --local-port --max-filesize --output-dir --expect100-timeout --request-target " +
  "--happy-eyeballs-timeout-ms --unix-socket --netrc-file --ech --tls13-ciphers --curves --proto-default --rate";

/** Options that take none. */
const flags: Readonly<Record<string, Use>> = {
  "--get": (command) => void (command.in_query = true),
  "--head": refuse(noHead),
  "--location": (command) => void (command.redirects = true),
  "--location-trusted": (command) => void (command.redirects = true),
  "--digest": refuse(noOtherSignIn),
  "--ntlm": refuse(noOtherSignIn),
  "--negotiate": refuse(noOtherSignIn),
  "--anyauth": refuse(noOtherSignIn),
  "--insecure": note("The command does not check the certificate of the application (-k); an endpoint always does."),
  "--next": (command) => void (command.has_more = true),
};
const ignoredFlags =
  "--silent --show-error --verbose --include --show-headers --compressed --fail --fail-with-body --fail-early --globoff " +
  "--no-buffer --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --http3-only --tlsv1 --tlsv1.0 --tlsv1.1 " +
  "--tlsv1.2 --tlsv1.3 --ssl --ssl-reqd --ssl-no-revoke --ipv4 --ipv6 --no-keepalive --no-progress-meter " +
  "--progress-bar --basic --raw --tcp-nodelay --tcp-fastopen --path-as-is --remote-name --remote-header-name " +
  "--remote-time --create-dirs --retry-all-errors --retry-connrefused --post301 --post302 --post303 --parallel " +
  "--disable --netrc --netrc-optional --styled-output --no-styled-output --trace-time --trace-ids --tr-encoding " +
  "--compressed-ssh --no-alpn --no-npn --no-sessionid --disallow-username-in-url --proxy-insecure --append --list-only";

/** Letters of the options that have one. */
export const shortOptions: Readonly<Record<string, string>> = {
  X: "--request",
  H: "--header",
  d: "--data",
  F: "--form",
  T: "--upload-file",
  K: "--config",
  u: "--user",
  b: "--cookie",
  A: "--user-agent",
  e: "--referer",
  m: "--max-time",
  x: "--proxy",
  E: "--cert",
  o: "--output",
  w: "--write-out",
  c: "--cookie-jar",
  D: "--dump-header",
  r: "--range",
  z: "--time-cond",
  Y: "--speed-limit",
  y: "--speed-time",
  U: "--proxy-user",
  G: "--get",
  I: "--head",
  L: "--location",
  k: "--insecure",
  s: "--silent",
  S: "--show-error",
  v: "--verbose",
  i: "--include",
  f: "--fail",
  g: "--globoff",
  N: "--no-buffer",
  O: "--remote-name",
  J: "--remote-header-name",
  R: "--remote-time",
  "#": "--progress-bar",
  "0": "--http1.0",
  "1": "--tlsv1",
  "4": "--ipv4",
  "6": "--ipv6",
  a: "--append",
  l: "--list-only",
  n: "--netrc",
  q: "--disable",
  Z: "--parallel",
  j: "--disable",
  ":": "--next",
};

export type Option = { use: Use; takes_value: boolean };

/** By their long names. */
export const curlOptions: ReadonlyMap<string, Option> = new Map<string, Option>([
  ...ignoredWithValue.split(" ").map((name): [string, Option] => [name, { use: ignore, takes_value: true }]),
  ...ignoredFlags.split(" ").map((name): [string, Option] => [name, { use: ignore, takes_value: false }]),
  ...Object.entries(valued).map(([name, use]): [string, Option] => [name, { use, takes_value: true }]),
  ...Object.entries(flags).map(([name, use]): [string, Option] => [name, { use, takes_value: false }]),
]);
