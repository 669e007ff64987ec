import { experimentPlaces } from "../../shell/places.ts";
import { PlaceTabs } from "../../ui/place-tabs.tsx";

/** The tabs of experiments, parameters and environments above whichever of them is open. */
export function ExperimentsFrame() {
  return <PlaceTabs label="Experiments and what belongs to them" places={experimentPlaces} />;
}
