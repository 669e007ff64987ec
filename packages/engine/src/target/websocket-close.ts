import { type Failure, failure, type Retry } from "./call-failure.ts";

type Meaning = { what: string; retry: Retry };

/** RFC 6455 7.4.1 and the registry of codes that continues it. */
const meanings: Record<number, Meaning> = {
  1001: { what: "it is going away, as a server does that is stopped", retry: "yes" },
  1002: { what: "it found that we broke the rules of WebSockets", retry: "no" },
  1003: { what: "it does not take messages of this kind", retry: "no" },
  1006: { what: "without saying why, as when a server or the network breaks down", retry: "yes" },
  1007: { what: "it could not read the message", retry: "no" },
  1008: { what: "the message or the caller is against its rules; check the sign-in and what is sent", retry: "no" },
  1009: { what: "the message is too long for it", retry: "no" },
  1010: { what: "it needs an extension of WebSockets that is not offered", retry: "no" },
  1011: { what: "something went wrong on its side", retry: "yes" },
  1012: { what: "it is restarted", retry: "yes" },
  1013: { what: "it has too much to do and asks to try again later", retry: "yes" },
  1014: { what: "a server between got no good answer from the one behind it", retry: "yes" },
};
const ownMeaning: Meaning = { what: "for a reason of its own", retry: "once" };

/** A connection that the application closed though it had not answered completely. */
export function closedEarly(code: number, reason: string): Failure {
  const { what, retry } = meanings[code] ?? ownMeaning;
  const said = reason === "" ? "" : `, and says: ${reason}`;
  return failure("connection_closed", `The application closed the connection: ${what} (code ${code})${said}.`, retry);
}
