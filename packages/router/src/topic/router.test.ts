import { describeAsset } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";

describeAsset(
  {
    resource: "topic",
    procedures: (caller) => caller.topic,
    writer: "member",
    create: (_, label) => ({ name: label }),
    change: (label) => ({ description: label }),
    refused: [
      { why: "no name", input: () => ({ name: "" }), field: "name" },
      { why: "a name that is too long", input: () => ({ name: "x".repeat(201) }), field: "name" },
    ],
  },
  useTestDatabase(),
);
