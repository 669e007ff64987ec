import { Button, Group, Paper, Text } from "@mantine/core";
import { useState } from "react";
import type { TestInSet } from "@rhesis/router/test-set/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { notifyFailure, offerToRevert } from "../../ui/notices.ts";
import { inParts } from "../tests/parse-pasted.ts";

type Place = Pick<TestInSet, "id" | "position">;

/** As many as the server takes at once. */
const most = 1000;

async function takeOut(id: string, places: readonly Place[]): Promise<void> {
  for (const part of inParts(places, most)) {
    await api.test_set.remove_tests.mutate({ id, test_ids: part.map((place) => place.id) });
  }
}

async function putBack(id: string, places: readonly Place[]): Promise<void> {
  for (const part of inParts(places, most)) {
    const test_ids = part.map((place) => place.id);
    await api.test_set.add_tests.mutate({ id, test_ids, positions: part.map(({ position }) => position) });
  }
}

/** What can be done with the chosen tests of a set. */
export function ChosenInSet({ id, tests, onDone }: { id: string; tests: readonly TestInSet[]; onDone: () => void }) {
  const [isBusy, setBusy] = useState(false);
  if (tests.length === 0) return null;
  const remove = async () => {
    const places = tests.map((test) => ({ id: test.id, position: test.position }));
    const many = places.length === 1 ? "1 test is" : `${places.length.toLocaleString("en")} tests are`;
    setBusy(true);
    try {
      await takeOut(id, places);
      onDone();
      const message = `${many} out of the set. The tests themselves stay.`;
      offerToRevert(message, () => putBack(id, places), `${many} back in place.`);
    } catch (error) {
      notifyFailure(error);
    }
    setBusy(false);
    await queryClient.invalidateQueries(trpc.test_set.pathFilter());
  };
  return (
    <Paper withBorder px="md" py={8} role="toolbar" aria-label="Chosen tests">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {tests.length.toLocaleString("en")} chosen
        </Text>
        <Group gap="xs">
          <Button size="compact-md" variant="default" loading={isBusy} onClick={() => void remove()}>
            Take out of the set
          </Button>
          <Button size="compact-md" variant="subtle" onClick={onDone}>
            Choose none
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
