import { answerTasks } from '../threadPool.js';
import { findBlobs } from './findBlobs.js';

/** The thread that looks for blobs. */
answerTasks(findBlobs);
