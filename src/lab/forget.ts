import type { LabEnvironment } from '../config/environment.ts';
import { withLock } from './lock.ts';
import { checkLabName } from './names.ts';
import { checkMachine } from './prerequisites.ts';
import { removeSaved } from './saved.ts';
import { stateLock } from './state.ts';

/** Removes a saved lab. Answers whether there was one. */
export async function forgetSaved(name: string, { root }: LabEnvironment): Promise<boolean> {
  checkMachine(`dbctl lab forget ${checkLabName(name)}`);
  return withLock(stateLock(root), async () => removeSaved(root, name));
}
