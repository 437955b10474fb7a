import { change, type Step } from '../engine/step.ts';
import { existing, removePaths, stopUnits } from './removal.ts';

/** Takes something of dbctl's off a host: its units are stopped, and its files and directories removed. */
export const removeParts = (
  title: string,
  { units = [], paths }: { readonly units?: readonly string[]; readonly paths: readonly string[] },
): Step => ({
  title,
  async diff(host) {
    const found = await host.ask(existing(paths));
    return found.map((path) => change('file.remove', `remove ${path}`, path));
  },
  async apply(host) {
    if (units.length > 0) await host.run(stopUnits(units));
    await host.run(removePaths(paths));
  },
});
