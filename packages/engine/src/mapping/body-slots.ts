/** A walk through an example request: which places there are, and what each seems to be. */
import { bodyKey, forbiddenKeys } from "../target/map-request.ts";
import type { Json } from "../target/schema.ts";
import {
  isConversationId,
  isHistory,
  isSecretKey,
  isSetup,
  isStreamSwitch,
  messageRank,
  plainName,
} from "./key-names.ts";
import { dialogueOf, type Dialogue } from "./message-array.ts";
import { ProposalError } from "./proposal-error.ts";

type Owner = { [key: string]: Json } | Json[];
type Step = string | number;

export type Slot = {
  owner: Owner;
  key: Step;
  path: readonly Step[];
  /** The nearest name, where the place itself is one of a list. */
  name: string;
  /** Set-up rather than something a user says. */
  is_setup: boolean;
};
/** `rank`: how telling its name is, see `messageRank`. */
export type TextSlot = Slot & { text: string; rank: number | null; in_turns: boolean };
export type TurnsSlot = Slot & { dialogue: Dialogue };
export type BodySlots = {
  texts: TextSlot[];
  turns: TurnsSlot[];
  histories: Slot[];
  conversation_ids: Slot[];
  stream_switches: Slot[];
  secrets: Slot[];
  dropped_keys: string[];
};

type Where = { name: string; above: string | null; is_setup: boolean; in_turns: boolean };

const mostValues = 10_000;
const longestShownPath = 120;

/** Finds the places below `holder.body`. Keys that a mapping may not use are removed. @throws ProposalError */
export function bodySlots(holder: { body: Json }): BodySlots {
  const walk = new Walk();
  walk.visit(holder, "body", [], { name: "", above: null, is_setup: false, in_turns: false });
  return walk.slots;
}

/** `“messages[0].content”`, as people read it. */
export function placeText(path: readonly Step[]): string {
  if (path.length === 0) return "the body";
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  const shown = text.startsWith(".") ? text.slice(1) : text;
  return `“${shown.length > longestShownPath ? `${shown.slice(0, longestShownPath)}…` : shown}”`;
}

/** Puts a value into a place. */
export function put({ owner, key }: Slot, value: Json): void {
  (owner as { [key: string]: Json })[key] = value;
}

class Walk {
  readonly slots: BodySlots = {
    texts: [],
    turns: [],
    histories: [],
    conversation_ids: [],
    stream_switches: [],
    secrets: [],
    dropped_keys: [],
  };
  private count = 0;

  visit(owner: Owner, key: Step, path: readonly Step[], where: Where): void {
    this.count += 1;
    if (this.count > mostValues) throw new ProposalError(`The body holds more than ${mostValues} values.`);
    const value = (owner as { [key: string]: Json })[key] as Json;
    const slot: Slot = { owner, key, path, name: where.name, is_setup: where.is_setup };
    if (this.isSpecial(slot, value)) return;
    if (typeof value === "string") this.addText(slot, value, where);
    else if (Array.isArray(value)) this.visitList(slot, value, where);
    else if (typeof value === "object" && value !== null) this.visitObject(slot, value, where);
  }

  /** What is recognised by its name, whatever stands there. */
  private isSpecial(slot: Slot, value: Json): boolean {
    if (typeof slot.key !== "string" || slot.path.length === 0) return false;
    const isPlain = typeof value === "string" || typeof value === "number" || value === null;
    if (isSecretKey(slot.key) && typeof value === "string" && value !== "") this.slots.secrets.push(slot);
    else if (isConversationId(slot.key) && isPlain) this.slots.conversation_ids.push(slot);
    else if (asksForPieces(slot.key, value)) this.slots.stream_switches.push(slot);
    else if (isHistory(slot.key) && typeof value === "string" && value !== "") this.slots.histories.push(slot);
    else return false;
    return true;
  }

  private addText(slot: Slot, text: string, where: Where): void {
    const rank = messageRank(where.name, where.above);
    this.slots.texts.push({ ...slot, text, rank, in_turns: where.in_turns });
  }

  private visitList(slot: Slot, list: Json[], where: Where): void {
    const dialogue = where.in_turns ? null : dialogueFor(slot, list);
    if (dialogue !== null) this.slots.turns.push({ ...slot, dialogue });
    else if (isHistory(slot.name) && !where.in_turns && list.length > 0) this.slots.histories.push(slot);
    const in_turns = where.in_turns || dialogue !== null || isHistory(slot.name);
    for (const nr of list.keys()) this.visit(list, nr, [...slot.path, nr], { ...where, in_turns });
  }

  private visitObject(slot: Slot, object: { [key: string]: Json }, where: Where): void {
    for (const key of Object.keys(object)) {
      if (forbiddenKeys.has(key) || (key === bodyKey && slot.path.length === 0)) {
        delete object[key];
        this.slots.dropped_keys.push(key);
        continue;
      }
      const above = slot.name === "" ? null : slot.name;
      const is_setup = where.is_setup || isSetup(key);
      this.visit(object, key, [...slot.path, key], { ...where, name: key, above, is_setup });
    }
  }
}

function asksForPieces(key: string, value: Json): boolean {
  if (plainName(key) === "response_mode") return value === "streaming";
  return isStreamSwitch(key) && (value === true || value === "true");
}

function dialogueFor(slot: Slot, list: Json[]): Dialogue | null {
  if (list.length === 0 && /^(?:chat_)?messages$/.test(plainName(slot.name)))
    return { turns: [], instructions: [], is_usual: true, has_files: false };
  return dialogueOf(list);
}
