import { Badge } from "@mantine/core";
import { IconLock, IconUsers } from "@tabler/icons-react";
import type { Experiment } from "@rhesis/router/experiment/schema";

export function VisibilityBadge({ visibility }: Pick<Experiment, "visibility">) {
  const [Icon, word] = visibility === "private" ? [IconLock, "Private"] : [IconUsers, "Shared"];
  return (
    <Badge variant="default" tt="none" fw={500} leftSection={<Icon size={12} aria-hidden />}>
      {word}
    </Badge>
  );
}
