import { option } from '../kit/flags.ts';

export const labName = option('--name <lab>', 'which lab', { read: String, otherwise: 'lab' });
