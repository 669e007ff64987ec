import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import { cleanText } from "./clean-json.ts";
import type { WireResponse } from "./exchange.ts";

type Decompress = (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** We ask for plain bytes; these are for servers that compress all the same. */
const decompressors: Record<string, Decompress> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

export type ReadBody = { text: string; problem: "too_large" | "unreadable" | null };

/** The text of an answer. Decompression stops at `maxBytes` too; wrong bytes become U+FFFD, as does U+0000. */
export function readBody(
  response: Pick<WireResponse, "headers" | "body" | "cut">,
  maxBytes: number,
): ReadBody | Promise<ReadBody> {
  if (isEncoded(response.headers) && response.body.length > 0)
    return readCompressed(response, encodingOf(response.headers), maxBytes);
  return { text: decode(response.body, response.headers), problem: response.cut ? "too_large" : null };
}

/** Whether the bytes of a body are not those of its text. */
export function isEncoded(headers: Record<string, string>): boolean {
  const encoding = encodingOf(headers);
  return encoding !== "" && encoding !== "identity";
}

function encodingOf(headers: Record<string, string>): string {
  return headers["content-encoding"]?.trim().toLowerCase() ?? "";
}

async function readCompressed(
  response: Pick<WireResponse, "headers" | "body" | "cut">,
  encoding: string,
  maxBytes: number,
): Promise<ReadBody> {
  const decompress = decompressors[encoding];
  if (response.cut) return { text: "", problem: "too_large" };
  if (decompress === undefined) return { text: "", problem: "unreadable" };
  try {
    const body = await decompress(response.body, { maxOutputLength: maxBytes });
    return { text: decode(body, response.headers), problem: null };
  } catch (error) {
    const tooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return { text: "", problem: tooLarge ? "too_large" : "unreadable" };
  }
}

function decode(body: Buffer, headers: Record<string, string>): string {
  const charset = charsetOf(headers["content-type"]);
  if (charset === null) {
    const text = body.toString("utf8");
    return cleanText(text.startsWith("\uFEFF") ? text.slice(1) : text);
  }
  try {
    return cleanText(new TextDecoder(charset).decode(body));
  } catch {
    return cleanText(body.toString("utf8"));
  }
}

/** The charset a content type names, where it is not UTF-8. */
export function charsetOf(contentType: string | undefined): string | null {
  const found = contentType === undefined ? null : /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType);
  const name = found?.[1]?.toLowerCase();
  return name === undefined || name === "utf-8" || name === "utf8" ? null : name;
}
