/** Small changes of the machine, each of which breaks a promise: the simulation must see every one of them. */
export type Mutant = {
  /** In `packages/`. */
  file: string;
  /** What it breaks, in words. */
  name: string;
  from: string;
  to: string;
};

type Change = [name: string, from: string, to: string];

const of = (file: string, changes: Change[]): Mutant[] => changes.map(([name, from, to]) => ({ file, name, from, to }));

const drive = of("services/src/test-run/execute-drive.ts", [
  [
    "a wish to end is not looked at after a phase",
    "end.error !== undefined || this.#watch.reason !== null",
    "end.error !== undefined",
  ],
  ["the watch goes on after the end", "      this.#watch.close();\n", ""],
  ["a pause does not give back what was begun", "      await this.#queries.returnResults(tx, this.#lease);\n", ""],
  [
    "a pause that was withdrawn counts as one",
    'return paused ? { status: "paused" }',
    'return true ? { status: "paused" }',
  ],
  [
    "one call more than allowed",
    "(this.#wishesPause ? 0 : maker.limit())",
    "(this.#wishesPause ? 0 : maker.limit() + 1)",
  ],
  ["suspects go in pairs", "limit: () => 1, work", "limit: () => 2, work"],
  ["a suspect is one claim late", "const suspect_claims = 3;", "const suspect_claims = 4;"],
  ["given up one claim early", "const mostClaims = 5;", "const mostClaims = 4;"],
  ["given up one claim late", "const mostClaims = 5;", "const mostClaims = 6;"],
  ["suspects go beside others", "this.#claim(maker, 0, suspect_claims)", "this.#claim(maker, 0, mostClaims)"],
  [
    "some suspects are never asked",
    "this.#claim(maker, suspect_claims, mostClaims)",
    "this.#claim(maker, suspect_claims + 1, mostClaims)",
  ],
  ["what is spent is asked again", "work: (row) => this.#writer.store(exhaustedResult(row)),", "work,"],
  [
    "a slot is free before its result is stored",
    "await this.#writer.store(scored);\n  }",
    "void this.#writer.store(scored).catch(() => undefined);\n  }",
  ],
  [
    "who leaves gives nothing back",
    "    await this.#write((tx) => this.#queries.returnResults(tx, this.#lease));\n",
    "",
  ],
  ["a pause ends calls under way", "signal: this.#watch.calls", "signal: this.#watch.ending"],
  [
    "a fault of ours is the end of the run",
    "if (error !== undefined) throw error;",
    'if (error !== undefined) return { status: "completed" };',
  ],
]);

const phase = of("services/src/test-run/execute-phase.ts", [
  ["one more is worked on than the limit says", "this.#working < limit", "this.#working <= limit"],
  ["ends while calls are under way", "if (this.#working > 0 || this.#claiming) return;", "if (this.#claiming) return;"],
  [
    "ends while a claim is under way",
    "if (this.#working > 0 || this.#claiming) return;",
    "if (this.#working > 0) return;",
  ],
  ["claims the same again", "this.#after = rows.at(-1)?.id ?? this.#after;", ""],
  ["claims once", "this.#through = rows.length === 0;", "this.#through = true;"],
  ["a slot is free at once", "await this.#phase.work(row);", "void this.#phase.work(row).catch(() => undefined);"],
  ["what was claimed is dropped", "this.#queue.push(...rows);", "this.#queue.push(...rows.slice(0, -1));"],
]);

const store = of("services/src/test-run/execute-store.ts", [
  ["the last result does not wait for others", "if (isLast && this.#storing > 0)", "if (isLast && this.#storing > 99)"],
  ["what is open is not counted down", "      this.#open -= batch.length;\n", ""],
  ["what is being stored counts as open", "this.#open - this.#storing === batch.length", "this.#open === batch.length"],
  ["nobody is told that nothing is being stored", "if (this.#storing === 0) this.#onNoneStoring();", ""],
  [
    "the last result does not end the run",
    "completed = stored.held && (await this.#queries.completeRun(tx, this.#lease, this.#booked()));",
    "completed = stored.held;",
  ],
  [
    "a slot is free before the commit",
    "      await this.#write(batch);\n",
    "      for (const { resolve } of batch) resolve();\n      await this.#write(batch);\n",
  ],
  [
    "one that is refused takes its batch along",
    "for (const row of batch) await this.#flush([row]);",
    "for (const row of batch) await this.#storeWithoutAnswer(row, error);",
  ],
  ["one that is refused vanishes", "      await this.#write([{ result: refused(row), scores: [] }]);\n", ""],
  ["one that is refused keeps its scores", "{ result: refused(row), scores: [] }", "{ ...row, result: refused(row) }"],
  [
    "the end is not one with the last result",
    "const outcome = await this.#storeLast(",
    "const outcome = await this.#store(",
  ],
]);

const progress = of("services/src/test-run/execute-progress.ts", [
  [
    "each result counts twice",
    "this.#tally[counters[result.verdict]] += 1;",
    "this.#tally[counters[result.verdict]] += 2;",
  ],
  ["hardly anything is shown", "const showMs = 250;", "const showMs = 25_000;"],
  ["what was there before is forgotten", "this.#tally = { ...tally };", "this.#tally = { ...tally, passed: 0 };"],
  [
    "is shown once",
    "      this.#timer = undefined;\n      this.#showing = this.#show();",
    "      this.#showing = this.#show();",
  ],
]);

const watch = of("services/src/test-run/execute-watch.ts", [
  ["a cancel is not seen", 'else if (control.wish === "cancel") this.#end("cancelled");', ""],
  ["a pause is not seen", 'if (control.wish === "pause") this.pause();', ""],
  ["a pause stops nothing", '    this.#reason = "paused";\n    this.#ending.abort();', '    this.#reason = "paused";'],
  [
    "calls under way outlive a cancel",
    "    this.#ending.abort();\n    this.#calls.abort();",
    "    this.#ending.abort();",
  ],
  ["a lost lease is not heard of", '    this.#run.lease.addEventListener("abort", this.#onLost);\n', ""],
  ["a stopping process is not heard of", '    this.#run.stop.addEventListener("abort", this.#onStop);\n', ""],
  [
    "the grace has no end",
    "this.#grace = setTimeout(() => this.#calls.abort()",
    "this.#grace = setTimeout(() => undefined",
  ],
  ["looks go on after the end", "    clearInterval(this.#timer);\n", ""],
  ["looks are rare", "const lookMs = 500;", "const lookMs = 5_000;"],
  ["looks once", ".finally(() => (this.#looking = null))", ""],
  ["begins before it has looked", "    await this.#look();\n  }\n\n  close", "    void this.#look();\n  }\n\n  close"],
]);

const others = [
  ...of("services/src/test-run/execute-retry.ts", [
    ["nothing is tried again", "if (!isTransientError(error)) throw error;", "throw error;"],
    ["all is tried again for ever", "if (!isTransientError(error)) throw error;", ""],
  ]),
  ...of("services/src/test-run/execute.ts", [
    ["the endpoint's limit is not kept", "Math.min(plan.concurrency, share)", "plan.concurrency"],
    ["the run's limit is not kept", "Math.min(plan.concurrency, share)", "share"],
    ["a hold of the target is not kept", "if (hold_ms > 0) pace.hold(hold_ms);", ""],
  ]),
  ...of("jobs/src/run-job.ts", [
    ["a lease is given up too late", "asked + leaseMs - performance.now()", "asked + 3 * leaseMs - performance.now()"],
    ["a lost lease is told nobody", "    this.#abort.abort(new Error(why));\n", ""],
    ["leases are kept after the end", "  } finally {\n    keeper.stop();", "  } finally {\n    void keeper;"],
    [
      "what was given back is done",
      'if (status === "released") await',
      'if (status === "released" && outcome.delay_ms < 0) await',
    ],
    [
      "a job that failed is not given back",
      'else if (status === "faulty")',
      'else if (status === "faulty" && outcome.failures > 99)',
    ],
  ]),
];

export const mutants: readonly Mutant[] = [...drive, ...phase, ...store, ...progress, ...watch, ...others];
