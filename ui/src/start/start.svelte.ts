/** From the empty window to the page: one call, and a way out when it fails. */
import type { Backend } from '../backend/backend';
import type { AppError } from '../backend/bindings';
import { asAppError } from '../errors/explain';
import { Page } from '../page.svelte';

export type Stage =
  { kind: 'starting' } | { kind: 'failed'; error: AppError } | { kind: 'started'; page: Page };

/** What the page is told without asking. */
type Told =
  'engine' | 'default_model' | 'downloads' | 'library' | 'hardware' | 'folder_move' | 'drag' | 'opened';

export class Start {
  stage = $state.raw<Stage>({ kind: 'starting' });
  #backend: Backend;
  #isListening = false;
  /** What was told before the page was there to hear it: newer than the bootstrap's answer. */
  #early = new Map<Told, (page: Page) => void>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async run(): Promise<void> {
    this.stage = { kind: 'starting' };
    try {
      await this.#listen();
      const page = new Page(this.#backend, await this.#backend.bootstrap());
      for (const tell of this.#early.values()) tell(page);
      this.#early.clear();
      this.stage = { kind: 'started', page };
      // One that the app was started with has come before anybody listened.
      void page.receiveOpenedModel();
    } catch (reason) {
      this.stage = { kind: 'failed', error: asAppError(reason) };
    }
  }

  async #listen(): Promise<void> {
    if (this.#isListening) return;
    const backend = this.#backend;
    await Promise.all([
      backend.onEngineState((state) => this.#tell('engine', (page) => page.receiveEngineState(state))),
      backend.onDefaultModel((model) =>
        this.#tell('default_model', (page) => page.receiveDefaultModel(model)),
      ),
      backend.onDownloads((list) => this.#tell('downloads', (page) => page.receiveDownloads(list))),
      backend.onLibraryChange(() => this.#tell('library', (page) => page.receiveLibraryChange())),
      backend.onHardwareChange(() => this.#tell('hardware', (page) => page.receiveHardwareChange())),
      backend.onFolderMove((state) => this.#tell('folder_move', (page) => page.receiveFolderMove(state))),
      backend.onModelDrag((isOver) => this.#tell('drag', (page) => (page.isModelDragged = isOver))),
      backend.onModelOpened(() => this.#tell('opened', (page) => void page.receiveOpenedModel())),
    ]);
    this.#isListening = true;
  }

  #tell(what: Told, tell: (page: Page) => void): void {
    if (this.stage.kind === 'started') tell(this.stage.page);
    else this.#early.set(what, tell);
  }
}
