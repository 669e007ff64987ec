import { TextLink } from "../../ui/link.tsx";

/** “Shorter answers v3”, which opens that version. */
export function VersionLink(props: { experiment_id: string; experiment_name: string; version: number }) {
  const { experiment_id, experiment_name, version } = props;
  return (
    <TextLink to="/experiments/$id" params={{ id: experiment_id }} search={{ version }} size="sm" underline="always">
      {experiment_name} v{version}
    </TextLink>
  );
}
