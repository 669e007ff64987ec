import { TextDecoder } from "node:util";
import { type Failure, failure } from "./call-failure.ts";
import { cleanText } from "./clean-json.ts";
import type { ResponseWatch } from "./exchange.ts";
import { charsetOf, isEncoded } from "./read-body.ts";
import type { TargetConfig } from "./schema.ts";
import { StreamAnswer, type StreamResult } from "./stream-answer.ts";
import { splitEvents, splitLines, type Splitter } from "./stream-events.ts";

/** Reads the body of a response as the events of an answer while it arrives. */
export class StreamReader implements ResponseWatch {
  readonly answer: StreamAnswer;
  private readonly splitter: Splitter;
  private decoder: TextDecoder | null = null;

  constructor(config: TargetConfig, redact: (text: string) => string) {
    this.answer = new StreamAnswer(config, redact);
    const split = config.response_format === "sse" ? splitEvents : splitLines;
    this.splitter = split((event) => this.answer.take(event));
  }

  /** Errors are not streams, and what is compressed is read when it is complete. */
  begin(status: number, headers: Record<string, string>): boolean {
    if (status < 200 || status > 299 || isEncoded(headers)) return false;
    this.decoder = decoderOf(headers["content-type"]);
    return true;
  }

  take(chunk: Buffer): boolean {
    this.splitter.feed(cleanText(this.decoder?.decode(chunk, { stream: true }) ?? ""));
    return this.answer.isOver;
  }

  /** What came of a response that has ended, whose whole text is `text`. */
  result(text: string, contentType: string | undefined): StreamResult {
    this.splitter.feed(this.decoder === null ? text : cleanText(this.decoder.decode()));
    this.splitter.end();
    const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (this.answer.count === 0 && text.trim() !== "" && type !== "text/event-stream")
      return { answer: null, failure: notAStream(type) };
    return this.answer.result();
  }
}

/** Decodes characters that were cut up; wrong bytes become U+FFFD, and a byte order mark is dropped. */
function decoderOf(contentType: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charsetOf(contentType) ?? "utf-8");
  } catch {
    return new TextDecoder();
  }
}

function notAStream(type: string): Failure {
  const came = type === "" ? "" : ` It sent ${type}.`;
  return failure(
    "mapping_failed",
    `The application did not answer with server-sent events.${came} Ask for a stream in what is sent, or choose another response format.`,
    "no",
  );
}
