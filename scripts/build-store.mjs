// Builds the programs of object stores that dbctl would otherwise build when they are needed: minio, versitygw.
// node scripts/build-store.mjs minio versitygw

import { arch } from 'node:process';
import { cacheDirectory, pathWithGo } from '../dist/config/environment.js';
import { prepareStoreProgram } from '../dist/store/prepare-store-program.js';

const machines = { x64: 'x86_64', arm64: 'aarch64' };

for (const kind of process.argv.slice(2)) {
  const preparation = {
    machine: machines[arch] ?? arch,
    cache: cacheDirectory(),
    searchPath: pathWithGo(),
  };
  await prepareStoreProgram({ kind, binary: undefined }, preparation, () => {});
}
