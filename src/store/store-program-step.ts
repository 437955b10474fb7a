import type { StoreRepository } from '../model/backup.ts';
import { installedProgram, labelOf, prepareStoreProgram } from './prepare-store-program.ts';
import { formatBytes } from '../model/units.ts';
import { cacheDirectory, pathWithGo } from '../config/environment.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { hasAccount, isWhole, machineKind, makeAccount, programInPath } from '../system/store.ts';
import { storeUser } from './store.ts';

/** Puts the store's program on the control host, unless that has one in its PATH. */
export const installStoreProgram = (store: StoreRepository): Step => ({
  title: `Install ${store.kind}`,

  async diff(host) {
    const path = await storeProgramPath(store, host);
    const isOurs = path === (await ourPath(store));
    return isOurs && !(await host.ask(isWhole(path)))
      ? [change('program.install', `install ${path}`, path)]
      : [];
  },

  async apply(host, report) {
    const preparation = {
      machine: await host.ask(machineKind()),
      cache: cacheDirectory(),
      searchPath: pathWithGo(),
    };
    const program = await prepareStoreProgram(store, preparation, report);
    const path = await ourPath(store);
    const { sha256 } = await host.sendFile(program, path, { owner: 'root:root', mode: 0o755 }, (bytes) =>
      report(`sending ${store.kind}, ${formatBytes(bytes)}`),
    );
    await host.writeFile(`${path}.sha256`, `${sha256}\n`, { owner: 'root:root', mode: 0o644 });
  },
});

/** Where the program is on a host: found in its PATH, or where dbctl puts it. */
export const storeProgramPath = async (store: StoreRepository, host: ReadableHost): Promise<string> =>
  (await host.ask(programInPath(store.kind))) ?? ourPath(store);

const ourPath = async (store: StoreRepository): Promise<string> =>
  installedProgram(store.kind, await labelOf(store));

/** Keeps the account that object stores run as. */
export const ensureStoreAccount = (): Step =>
  ensure("Create the store's account", change('account.make', `make the account ${storeUser}`, storeUser), {
    isRight: (host) => host.ask(hasAccount(storeUser)),
    apply: (host) => host.run(makeAccount(storeUser)),
  });
