import { option, restartFlag } from '../kit/flags.ts';

/** What add-replica and reinit have in common. */
export const cloneFlags = {
  restart: restartFlag(),
  from: option('--from <source>', 'where the data is copied from; auto takes the faster source', {
    choices: ['auto', 'primary', 'backup'],
    otherwise: 'auto',
  }),
};
