import { TextLink } from "../../ui/link.tsx";

/** “v3 of Shorter answers”, which opens that version. */
export function VersionLink(props: { experiment_id: string; experiment_name: string; version: number }) {
  const { experiment_id, experiment_name, version } = props;
  return (
    <TextLink
      to="/experiments/$id"
      params={{ id: experiment_id }}
      search={{ version }}
      size="sm"
      underline="always"
      style={{ overflowWrap: "anywhere" }}
    >
      v{version} of {experiment_name}
    </TextLink>
  );
}
