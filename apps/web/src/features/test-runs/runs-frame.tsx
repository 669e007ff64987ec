import { runPlaces } from "../../shell/places.ts";
import { PlaceTabs } from "../../ui/place-tabs.tsx";

/** The tabs of runs and schedules above whichever of them is open. */
export function RunsFrame() {
  return <PlaceTabs label="Runs and what starts them" places={runPlaces} />;
}
