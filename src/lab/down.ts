import type { LabEnvironment } from '../config/environment.ts';
import { clearLab, everyLab } from './leftovers.ts';
import { withLock } from './lock.ts';
import { checkLabName } from './names.ts';
import { checkMachine } from './prerequisites.ts';
import { removeEmptyGroups } from './processes.ts';
import { dropUnusedLayers } from './saved.ts';
import { labLock, stateLock } from './state.ts';

/** Throws one lab away, or all of them. Answers the names of those there was anything of. */
export async function labDown(
  { root }: LabEnvironment,
  which: { readonly name: string } | 'all',
): Promise<readonly string[]> {
  checkMachine(
    which === 'all' ? 'dbctl lab down --all' : `dbctl lab down --name ${checkLabName(which.name)}`,
  );
  const removed: string[] = [];
  for (const name of which === 'all' ? everyLab(root) : [which.name]) {
    if (await withLock(labLock(root, name), () => clearLab(root, name))) removed.push(name);
    await withLock(stateLock(root), async () => {
      removeEmptyGroups(name);
      dropUnusedLayers(root);
    });
  }
  return removed;
}
