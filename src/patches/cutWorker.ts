import { answerTasks } from '../threadPool.js';
import { cutScan } from './cutScan.js';

/** The thread that cuts scans. */
answerTasks(cutScan);
