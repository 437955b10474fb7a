import type { LabEnvironment } from '../config/environment.ts';
import { removeAccess } from './access.ts';
import { chooseNetwork } from './choose-network.ts';
import { bridgeOf, hostsOf, type Lab } from './lab.ts';
import { clearLab } from './leftovers.ts';
import { isForwarding } from './nat.ts';
import { takenNetworks } from './network.ts';
import { defaultHosts, type UpRequest } from './request.ts';
import { allLabs, writeLab } from './state.ts';

/** What labs take of this machine's addresses. */
export const networksOf = (labs: readonly Lab[]): readonly string[] =>
  labs.filter(({ isolated }) => !isolated).map(({ network }) => network);

/** Clears what an earlier lab of the name left, chooses a network, and writes down what the lab is to be. */
export async function makeLab(
  request: UpRequest,
  { root }: LabEnvironment,
  images: readonly string[],
  here: string,
): Promise<Lab> {
  const { name } = request;
  await clearLab(root, name);
  const others = allLabs(root);
  const taken = [...(await takenNetworks()), ...networksOf(others)];
  const network = chooseNetwork(request.network, taken);
  const lab: Lab = {
    name,
    release: request.release ?? 'trixie',
    bare: request.bare ?? false,
    online: request.online ?? false,
    network,
    bridge: bridgeOf(name),
    hosts: hostsOf(name, network, request.hosts ?? defaultHosts),
    directory: request.directory ?? here,
    images,
    layers: [],
    isolated: false,
    cluster: name,
    forwardedBefore: others.find((other) => other.online)?.forwardedBefore ?? isForwarding(),
  };
  // Keys and addresses of an earlier lab of this name, thrown away without its files.
  removeAccess(lab);
  writeLab(root, lab);
  return lab;
}
