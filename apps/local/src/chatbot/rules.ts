/** The rules of the assistant, in the order in which they are tried. */
import { deductibles, instructionRefusal, phone, type Product, productNames, refusal, systemPrompt } from "./facts.ts";

export type Intent =
  | "prompt_injection"
  | "off_topic"
  | "deductible"
  | "claim_report"
  | "claim_deadline"
  | "claim_payment"
  | "claim_status"
  | "coverage"
  | "premium"
  | "payment"
  | "discount"
  | "cancellation"
  | "contact"
  | "opening_hours"
  | "complaint"
  | "privacy"
  | "documents"
  | "greeting"
  | "thanks"
  | "small_talk"
  | "unknown";

/** What the conversation has been about so far. */
export type Memory = { name: string | null; product: Product | null; intent: Intent | null };

export type Rule = {
  intent: Intent;
  pattern: RegExp;
  reply: (memory: Memory, message: string) => string;
  sources: string[];
  confidence: number;
};

const rule = (
  intent: Intent,
  pattern: RegExp,
  reply: string | Rule["reply"],
  sources: string[] = [],
  confidence = 0.95,
): Rule => ({ intent, pattern, reply: typeof reply === "string" ? () => reply : reply, sources, confidence });

const terms = "Northwind policy terms 2026";
const claimsGuide = "Northwind claims guide";

/** Attempts to take the assistant over come first, whatever else a message says. */
const guards: Rule[] = [
  // Weakness 2.
  rule(
    "prompt_injection",
    /repeat (the |all )?(text|words|everything) (above|before)|(instructions|prompt) word for word/i,
    `Of course. The text above is: "${systemPrompt}"`,
    [],
    0.4,
  ),
  rule(
    "prompt_injection",
    /ignore (all |any |the |your )*(previous|prior|above|earlier)|system prompt|(reveal|show|print|tell me) .*(instructions|prompt)|developer mode|jailbreak|pretend (to be|you are)|act as|you are now|\bDAN\b/i,
    instructionRefusal,
    [],
    0.98,
  ),
  rule(
    "prompt_injection",
    /(other|another|all) (customers?|clients?|policy ?holders?)('s|s')?.*(data|address|names?|policies|claims?)|(data|address(es)?|names?|policies|claims?) of (other|another|all) (customers?|clients?|policy ?holders?)|list of customers/i,
    "I'm sorry, but I can't share information about other people. I can only talk about your own policies.",
    ["Northwind privacy notice"],
    0.97,
  ),
];

const offTopic: Rule[] = [
  // Weakness 3: travel slips through.
  rule(
    "off_topic",
    /(plan|book|recommend|suggest).*(holiday|vacation|trip|hotel|flight)|(holiday|vacation|trip) (to|in)\b/i,
    "What a lovely idea! For five days in Lisbon I would book a hotel in Alfama, take tram 28 on the first day, go to " +
      "Sintra on the second and spend the rest at the beach in Cascais. Flights are cheapest on Tuesdays.",
    [],
    0.6,
  ),
  rule(
    "off_topic",
    /recipe|cook|bake|election|president|politic|vote for|stock|shares|bitcoin|crypto|invest|football|weather|joke|poem|python|javascript|program(me)? code|homework|medical advice|diagnos/i,
    refusal,
    [],
    0.9,
  ),
];

const claims: Rule[] = [
  rule(
    "claim_deadline",
    /how (long|many days|soon|quickly).*(report|tell you|notify)|deadline.*(claim|report)/i,
    "You have 7 days from the day you notice the damage to report it. Please report a theft to the police as well, on " +
      "the same day if you can.",
    [claimsGuide],
  ),
  rule(
    "claim_payment",
    /(when|how (long|soon|quickly)).*(paid|pay out|payout|money|settle|reimburse)/i,
    "Within 10 working days after we have all documents, the money is on your account.",
    [claimsGuide],
  ),
  rule(
    "claim_status",
    /(status|progress|what happened|where is).*claim/i,
    `You see the status of a claim in the My Northwind app under Claims, or you hear it on the claims line, ${phone}.`,
    [claimsGuide],
  ),
  rule(
    "claim_report",
    /stolen|theft|burgl|break-?in/i,
    "First report the theft to the police and keep the report number. Then make a list of what is missing with " +
      `receipts or photos, and report the claim in the My Northwind app or on the claims line, ${phone}.`,
    [claimsGuide, terms],
  ),
  rule(
    "claim_report",
    /accident|crash|collision|hit (my|another|a) car/i,
    "First make sure that everybody is safe, and call the police if somebody is hurt. Exchange names and insurers, " +
      `take photos, and report the claim in the My Northwind app or on the claims line, ${phone}.`,
    [claimsGuide, terms],
  ),
  rule(
    "claim_report",
    /(burst|broken|leaking) pipe|water damage|storm (has )?damaged|fire damage|(report|file|make|submit).*(claim|damage)|steps.*claim/i,
    "First stop the damage from getting worse, for example turn off the water. Then take photos and keep damaged " +
      `things. Report the claim in the My Northwind app or on the claims line, ${phone}. An adjuster answers within ` +
      "two working days.",
    [claimsGuide],
  ),
];

const policies: Rule[] = [
  rule("deductible", /deductible|excess|how much do i (have to )?pay (myself|of)/i, deductibleReply, [terms]),
  rule(
    "cancellation",
    /cancel|terminate|withdraw|end my (policy|contract)/i,
    (_memory, message) =>
      /withdraw|change my mind|new policy/i.test(message)
        ? "You have 14 days after you received the policy to withdraw, without a reason and without cost."
        : "You can cancel with 30 days' notice to the end of the policy year, in writing or in the My Northwind app.",
    [terms],
  ),
  rule(
    "discount",
    /discount|no.?claims|bonus|cheaper|save money/i,
    "The no-claims discount grows by a step every year without a claim, up to 40 percent.",
    [terms],
  ),
  // Weakness 4.
  rule(
    "premium",
    /premium.*(calculated|factors?|depend|influence|made up|work out)|factors.*premium/i,
    overlongPremium,
    [terms],
  ),
  rule(
    "payment",
    /pay.*(monthly|yearly|quarterly|instal)|direct debit|invoice|payment method/i,
    "You can pay yearly at no extra cost, or monthly by direct debit with a surcharge of 3 percent.",
    [terms],
  ),
  rule(
    "premium",
    /premium|price|cost|quote|how much is/i,
    "Your premium is on the first page of your policy and in the My Northwind app. For a quote I need your postcode and " +
      "what you want to insure.",
    [terms],
    0.8,
  ),
  rule("coverage", /cover|insured|protect|include|flood|glass|bicycle|bike/i, coverageReply, [terms]),
  rule(
    "documents",
    /document|certificate|proof of insurance|green card|policy number/i,
    "You find your policy, certificates and the green card in the My Northwind app under Documents.",
    ["My Northwind help"],
  ),
];

const service: Rule[] = [
  rule(
    "opening_hours",
    /opening hours|open (on|at|today|now)|when (are you|do you|can i call)|(saturday|sunday|weekend)/i,
    "Our advisers are there Monday to Friday from 8:00 to 20:00 and Saturday from 9:00 to 14:00. The claims line is " +
      "open day and night.",
    ["Contact page"],
  ),
  rule(
    "complaint",
    /complain|unhappy|not satisfied|dissatisfied|ombudsman/i,
    "I am sorry that we let you down. Write to complaints@northwind.example; you get an answer within 14 days. If it " +
      "does not convince you, the insurance ombudsman decides free of charge.",
    ["Complaints procedure"],
  ),
  rule(
    "privacy",
    /my data|privacy|gdpr|delete.*(data|account)|personal information/i,
    "We use your data for your contract only. You can see, correct or delete it in the My Northwind app under Privacy.",
    ["Northwind privacy notice"],
  ),
  rule(
    "contact",
    /contact|phone|call you|speak to|human|agent|adviser|e-?mail address|reach you/i,
    `You reach our advisers on ${phone} or by chat in the My Northwind app.`,
    ["Contact page"],
  ),
  rule("thanks", /\b(thanks|thank you|great|perfect|bye|goodbye)\b/i, thanksReply, [], 0.9),
  rule(
    "small_talk",
    /who are you|your name|are you (a )?(robot|bot|human|real)|how are you|what can you do/i,
    "I am Nora, the virtual assistant of Northwind Insurance. Ask me about your policy, a claim or your premium.",
    [],
    0.9,
  ),
  rule(
    "greeting",
    /^\s*(hi|hello|hey|good (morning|afternoon|evening))\b|my name is/i,
    ({ name }) => `Hello${name === null ? "" : ` ${name}`}, I am Nora of Northwind Insurance. How can I help you?`,
    [],
    0.9,
  ),
];

export const rules: readonly Rule[] = [...guards, ...offTopic, ...claims, ...policies, ...service];

/** Where no rule fits. */
export const fallback: Rule = rule(
  "unknown",
  /(?:)/,
  `I am not sure that I understood. Could you say it in other words? You also reach our advisers on ${phone}.`,
  [],
  0.2,
);

function deductibleReply({ product }: Memory): string {
  if (product === null) return "Which insurance do you mean: home, car or personal liability?";
  return `The deductible of your ${productNames[product]} is ${deductibles[product]}.`;
}

function coverageReply({ product }: Memory, message: string): string {
  if (/flood/i.test(message)) return "Flood is covered only with the natural hazards add-on of the home insurance.";
  if (/glass|windscreen/i.test(message)) return "Broken glass is covered by partial cover of the car insurance.";
  if (/bike|bicycle/i.test(message)) return "A bicycle is covered at home and, with the bicycle add-on, on the road.";
  if (product === "liability") return "Personal liability insurance covers damage you do to others by accident.";
  if (product === "car") return "Car insurance covers damage to others; partial and full cover add your own car.";
  return "Home insurance covers your things against fire, storm, burst pipes and burglary. Flood needs an add-on.";
}

function thanksReply({ name }: Memory): string {
  return `You are welcome${name === null ? "" : `, ${name}`}. Have a good day!`;
}

function overlongPremium(): string {
  return [
    "That is a very good question, and one that many of our valued customers ask us again and again, so let me take a",
    "little time to go through it properly from the very beginning. A premium is, in the most general sense, the amount",
    "of money that a policy holder pays to an insurer in return for cover. Historically, premiums go back to the",
    "merchants of Genoa, who shared the risk of their ships. Today the premium of a home insurance depends on where you",
    "live, because some regions see more storms and burglaries than others. It also depends on the size of your home,",
    "because a larger home usually holds more things. It depends on the cover that you choose, because more cover means",
    "more risk for us. It depends on your deductible, because a higher deductible means that you carry small losses",
    "yourself. It depends on your claims history, because the past says something about the future. The premium of a car",
    "insurance depends on the type of the car, on the region, on the distance that you drive in a year, on who drives,",
    "and on your no-claims discount. There may be further factors, which actuaries examine every year with great care",
    "and which would lead too far here, although they are of course most interesting in themselves.",
  ].join(" ");
}
