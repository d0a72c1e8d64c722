import { answerTasks } from '../threadPool.js';
import { makeScan } from './scanFiles.js';

/** The thread that paints scans. */
answerTasks(makeScan);
