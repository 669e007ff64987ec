import { useSession } from "../../session/member.tsx";
import { settingsPlaces } from "../../shell/places.ts";
import { PlaceTabs } from "../../ui/place-tabs.tsx";

/** The tabs of the settings above whichever of them is open. */
export function SettingsFrame() {
  const { me } = useSession();
  return <PlaceTabs label={`Settings of ${me.organization?.name ?? "the organization"}`} places={settingsPlaces} />;
}
