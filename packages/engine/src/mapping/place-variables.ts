/** Puts variables into an example request, at the places that a test has to fill in. */
import { conversationNames } from "../target/map-request.ts";
import type { Json } from "../target/schema.ts";
import { checkTemplate, isTemplate } from "../template/render.ts";
import { bodySlots, placeText, put, type BodySlots, type Slot, type TextSlot, type TurnsSlot } from "./body-slots.ts";
import { isCaller, isHistory, isNeverSaid, plainName, surestRank } from "./key-names.ts";
import { literalTemplate } from "./literal-template.ts";
import { asks, newestQuestion, saying } from "./message-array.ts";

/** `has_input`: the message of a test has a place. `streams`: the answer is asked for in pieces. */
export type Placed = { mapping: Json; notes: string[]; has_input: boolean; streams: boolean };
type Replacement = { slot: Slot; value: Json };
type Choice = { replacements: Replacement[]; notes: string[]; has_input: boolean };

const input = "{{ input }}";
const aliases: ReadonlySet<string> = new Set(conversationNames);
const ownNames: ReadonlySet<string> = new Set([
  ...conversationNames,
  "input",
  "messages",
  "files",
  "params",
  "context",
  "metadata",
  "expected_output",
  "test_id",
  "test_run_id",
]);
const setupPenalty = 100;
/** Ids, dates, addresses, file names, names of models: nobody says these. */
const saysNothing = /^(?:[\w.:/@+-]*|\d{4}-\d\d-\d\d.*|[a-z]+:\/\/.*|[[{].*[\]}])$/s;
/** How instructions for a model begin. */
const tellsTheModel = /^\s*(?:you are|you're|act as|your (?:task|role|job) is|du bist|sie sind)\b/i;
const looksUnique = /^(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|[\da-f]{24,64})$/i;

/**
 * A request mapping from an example body, and why it is so. What else looks like a template stands for itself
 * afterwards; secrets are taken out.
 * @param body changed on the way
 * @param seeksInput false where the message stands elsewhere: then only the rest is done
 * @param mayStream false switches off what asks for the answer in pieces
 * @throws ProposalError where the body is too large
 */
export function placeVariables(body: Json, seeksInput = true, mayStream = true): Placed {
  const holder = { body };
  const slots = bodySlots(holder);
  const own = slots.texts.filter((slot) => isOwnTemplate(slot.text));
  const isWritten = own.some(({ text }) => saysInput(text));
  const choice = isWritten ? keptAsWritten : seeksInput ? choose(slots) : nothing;
  const others = [idsOf(slots), switchesOf(slots, mayStream), secretsOf(slots), droppedOf(slots)];
  for (const slot of slots.texts) if (!own.includes(slot)) put(slot, literalTemplate(slot.text));
  const replaced = [choice, ...others].flatMap(({ replacements }) => replacements);
  for (const { slot, value } of replaced) put(slot, value);
  const notes = [choice, ...others].flatMap((each) => each.notes);
  return {
    mapping: holder.body,
    notes: [...notes, ...repeatedIds(slots)],
    has_input: choice.has_input,
    streams: mayStream && slots.stream_switches.length > 0,
  };
}

const nothing: Choice = { replacements: [], notes: [], has_input: false };
const nothingFound: Choice = {
  ...nothing,
  notes: ["No message was found. Put {{ input }} where the message of a test belongs."],
};
const keptAsWritten: Choice = {
  replacements: [],
  notes: ["The command holds places such as {{ input }} already: they stay as they are."],
  has_input: true,
};

/** Only places that name a variable: `Q: {{ input }}`. */
function isOwnTemplate(text: string): boolean {
  if (!isTemplate(text) || /\{[%#]/.test(text)) return false;
  const places = text.match(/\{\{/g) ?? [];
  const named = [...text.matchAll(/\{\{-?\s*([A-Za-z_]\w*)/g)];
  return (
    places.length === named.length &&
    named.every(([, name]) => ownNames.has(name ?? "")) &&
    checkTemplate(text) === null
  );
}

function saysInput(text: string): boolean {
  return /\{\{-?\s*(?:input|messages)\b/.test(text);
}

function choose(slots: BodySlots): Choice {
  const named = bestNamed(slots.texts);
  const isStrong = named?.rank != null && named.rank <= surestRank;
  const turns = bestTurns(slots.turns);
  const earlier = earlierTurns(slots, turns);
  if (turns !== null && (!isStrong || !isEarlier(turns))) return joined(turnsChoice(turns, slots), earlier);
  const text = named ?? longest(slots.texts);
  if (text === null) return joined(nothingFound, earlier);
  const chosen = { replacements: [{ slot: text, value: input }], notes: [chosenNote(text)], has_input: true };
  return turns === null ? joined(chosen, earlier) : joined(joined(chosen, historyChoice(turns)), earlier);
}

function chosenNote({ path, rank }: TextSlot): string {
  if (path.length === 0) return "The whole body is the message: it is replaced by {{ input }}.";
  const why = rank === null ? "because it is the longest text" : "because of its name";
  return `The message is taken to be ${placeText(path)}, ${why}. It is replaced by {{ input }}.`;
}

function joined(first: Choice, second: Choice): Choice {
  return {
    replacements: [...first.replacements, ...second.replacements],
    notes: [...first.notes, ...second.notes],
    has_input: first.has_input || second.has_input,
  };
}

function bestNamed(texts: readonly TextSlot[]): TextSlot | null {
  const graphQl = texts.find((slot) => slot.path.length === 1 && isGraphQl(slot));
  const score = ({ rank, path, is_setup }: TextSlot): number =>
    (rank ?? 0) + path.length / 10 + (is_setup ? setupPenalty : 0);
  const named = texts.filter(
    (slot) => slot.rank !== null && !slot.in_turns && slot !== graphQl && !tellsTheModel.test(slot.text),
  );
  const [best] = named.toSorted((a, b) => score(a) - score(b));
  return best === undefined || best.is_setup ? null : best;
}

function isGraphQl({ key, text }: TextSlot): boolean {
  return key === "query" && /^\s*(?:query|mutation|subscription|\{)/.test(text) && text.includes("{");
}

function longest(texts: readonly TextSlot[]): TextSlot | null {
  const said = texts.filter(
    (slot) => !slot.is_setup && !slot.in_turns && !isGraphQl(slot) && !tellsTheModel.test(slot.text),
  );
  const telling = said.filter(
    ({ text, path, name }) => path.length === 0 || !(isNeverSaid(name) || saysNothing.test(text.slice(0, 500))),
  );
  return telling.reduce<TextSlot | null>(
    (best, slot) => (best && best.text.length >= slot.text.length ? best : slot),
    null,
  );
}

function bestTurns(turns: readonly TurnsSlot[]): TurnsSlot | null {
  const score = (slot: TurnsSlot): number =>
    slot.path.length / 10 + (slot.is_setup ? setupPenalty : 0) + (isEarlier(slot) ? 1 : 0);
  return turns.toSorted((a, b) => score(a) - score(b))[0] ?? null;
}

/** Whether a list holds what was said before the message, which then stands elsewhere. */
function isEarlier({ name, dialogue }: TurnsSlot): boolean {
  const last = dialogue.turns.at(-1);
  return isHistory(name) || last === undefined || !asks(last);
}

function turnsChoice(slot: TurnsSlot, { texts, conversation_ids }: BodySlots): Choice {
  const { dialogue } = slot;
  const isKept = conversation_ids.some(({ name }) => plainName(name) === "previous_response_id");
  const place = placeText(slot.path);
  const system = dialogue.instructions.length > 0 ? " The system message before it stays." : "";
  const files = dialogue.has_files ? ["Pictures and files of the example are left out: a message is text."] : [];
  if (dialogue.is_usual && !isKept) {
    const value = dialogue.instructions.length > 0 ? [...dialogue.instructions, "{{ messages }}"] : "{{ messages }}";
    const notes = [`The conversation is in ${place}, which is replaced by {{ messages }}.${system}`, ...files];
    return { replacements: [{ slot, value }, ...sameAgain(slot, texts)], notes, has_input: true };
  }
  const newest = newestQuestion(dialogue);
  const said = newest === null ? null : saying(newest, input);
  if (said === null) return nothingFound;
  const dropped =
    dialogue.turns.length > dialogue.instructions.length + 1
      ? " Earlier turns are left out, so the application hears the newest message only."
      : "";
  const note = `The newest message in ${place} is replaced by {{ input }}.${system}${dropped}`;
  return {
    replacements: [{ slot, value: [...dialogue.instructions, said] }],
    notes: [note, ...files],
    has_input: true,
  };
}

/** The newest message may stand beside the conversation once more. */
function sameAgain({ dialogue }: TurnsSlot, texts: readonly TextSlot[]): Replacement[] {
  const said = newestQuestion(dialogue)?.["content"];
  const same = texts.filter(({ text, in_turns, rank }) => !in_turns && rank !== null && text !== "" && text === said);
  return same.map((slot) => ({ slot, value: input }));
}

function historyChoice(slot: TurnsSlot): Choice {
  const value = slot.dialogue.is_usual ? "{{ messages[:-1] | tojson }}" : [];
  const what = slot.dialogue.is_usual ? "is filled with the earlier turns of a conversation" : "is left empty";
  return { replacements: [{ slot, value }], notes: [`The list in ${placeText(slot.path)} ${what}.`], has_input: false };
}

/** Other places with what was said before the example. */
function earlierTurns({ histories }: BodySlots, turns: TurnsSlot | null): Choice {
  const slots = histories.filter((slot) => slot !== turns);
  if (slots.length === 0) return nothing;
  const replacements = slots.map((slot) => ({ slot, value: Array.isArray(valueAt(slot)) ? [] : "" }));
  return {
    replacements,
    notes: [`The earlier conversation of the example is left out (${listed(slots)}).`],
    has_input: false,
  };
}

function valueAt({ owner, key }: Slot): Json | undefined {
  return (owner as { [key: string]: Json })[key];
}

function idsOf({ conversation_ids }: BodySlots): Choice {
  if (conversation_ids.length === 0) return nothing;
  const replacements = conversation_ids.map((slot) => {
    const name = plainName(slot.name);
    return { slot, value: `{{ ${aliases.has(name) ? name : "conversation_id"} }}` };
  });
  const note =
    `${listed(conversation_ids)} ${are(conversation_ids)} filled with the id of the conversation once there is one. If ` +
    "the caller has to choose it, write {{ test_run_id }}-{{ test_id }} there.";
  return { replacements, notes: [note], has_input: false };
}

/** What stands for an answer in one piece instead; “blocking” is what Dify calls it. */
const offValues = new Map<Json | undefined, Json>([
  ["true", "false"],
  ["streaming", "blocking"],
]);

function switchesOf({ stream_switches }: BodySlots, mayStream: boolean): Choice {
  if (stream_switches.length === 0) return nothing;
  const asks = stream_switches.length === 1 ? "asks" : "ask";
  if (mayStream)
    return { ...nothing, notes: [`${listed(stream_switches)} ${asks} for the answer in pieces, and it is read so.`] };
  const replacements = stream_switches.map((slot) => ({ slot, value: offValues.get(valueAt(slot)) ?? false }));
  const note = `${listed(stream_switches)} ${are(stream_switches)} switched off, so that the answer comes in one piece.`;
  return { replacements, notes: [note], has_input: false };
}

function secretsOf({ secrets }: BodySlots): Choice {
  if (secrets.length === 0) return nothing;
  const replacements = secrets.map((slot) => ({ slot, value: "" }));
  const note =
    `${listed(secrets)} may hold a secret and ${secrets.length === 1 ? "was" : "were"} emptied: everybody here can read ` +
    "the body of an endpoint.";
  return { replacements, notes: [note], has_input: false };
}

function droppedOf({ dropped_keys }: BodySlots): Choice {
  if (dropped_keys.length === 0) return nothing;
  return {
    ...nothing,
    notes: [`Keys that a mapping may not use were left out: ${[...new Set(dropped_keys)].join(", ")}.`],
  };
}

function repeatedIds({ texts, conversation_ids }: BodySlots): string[] {
  const same = texts.filter((slot) => {
    const { text, name } = slot;
    return valueAt(slot) === text && (looksUnique.test(text) || (conversation_ids.length === 0 && isCaller(name)));
  });
  if (same.length === 0) return [];
  return [
    `${listed(same)} will be the same in every call. If it has to be new in each conversation, write {{ test_run_id }}-{{ test_id }} there.`,
  ];
}

const mostListed = 5;

function listed(slots: readonly Slot[]): string {
  const places = slots.slice(0, mostListed).map(({ path }) => placeText(path));
  return places.join(", ") + (slots.length > mostListed ? ", …" : "");
}

function are(slots: readonly Slot[]): string {
  return slots.length === 1 ? "is" : "are";
}
