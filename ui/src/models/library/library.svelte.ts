/** What is on this computer, as far as the page knows. */
import type { FolderMove } from '../../backend/bindings';

export class LocalModels {
  /** Grows whenever models came or went: who shows some looks again. */
  changes = $state(0);
  folderMove = $state.raw<FolderMove>({ state: 'idle' });

  constructor(folderMove: FolderMove) {
    this.folderMove = folderMove;
  }

  receiveChange(): void {
    this.changes += 1;
  }

  receiveFolderMove(state: FolderMove): void {
    this.folderMove = state;
  }
}
