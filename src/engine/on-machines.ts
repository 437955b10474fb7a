import type { HostSet } from '../host/with-hosts.ts';
import type { Machine } from '../model/cluster.ts';
import { together, type Stage } from './run-plan.ts';
import type { Step } from './step.ts';

/** A stage on the hosts of nodes or machines, each with its own steps. */
export function onMachines<Place extends Machine>(
  title: string,
  places: readonly Place[],
  hosts: HostSet,
  steps: (place: Place) => readonly Step[],
): Stage {
  return together(
    title,
    places.map(({ name }) => hosts.get(name)),
    ({ name }) => steps(places.find((place) => place.name === name)!),
  );
}
