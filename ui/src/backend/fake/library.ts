/** The models on this computer, in memory. */
import type {
  FolderMove,
  FolderPlan,
  Library,
  LocalModel,
  LocalModelId,
  NamedModel,
  Origin,
  RemovalId,
  RemovalPlan,
  RemovedModel,
} from '../bindings';
import { failure } from './failure';

const starterPath = '/usr/lib/hearth/models/SmolLM2-135M-Instruct.Q4_1.gguf';

const GIGABYTE = 1e9;

/** A sound model; what is not said is as usual. */
export function localModel(
  change: Partial<LocalModel> & Pick<LocalModel, 'id' | 'name' | 'size_bytes'>,
): LocalModel {
  return {
    quantization: 'Q4_K_M',
    parameters: null,
    architecture: 'llama',
    context_tokens: 32_768,
    licence: 'apache-2.0',
    has_projector: false,
    origins: [{ program: 'hugging_face_cache', name: null }],
    repo: null,
    last_used_at: null,
    state: { state: 'ready' },
    fit: {
      verdict: 'fast',
      needed_bytes: change.size_bytes + GIGABYTE,
      available_bytes: 9 * GIGABYTE,
      words_per_second: 14,
    },
    is_starter: false,
    ...change,
  };
}

export const starterModel = localModel({
  id: starterPath,
  name: 'SmolLM2 135M Instruct',
  size_bytes: 98_362_432,
  quantization: 'Q4_1',
  parameters: 134_515_008,
  context_tokens: 8192,
  origins: [{ program: 'hearth', name: null }],
  is_starter: true,
  fit: { verdict: 'fast', needed_bytes: 300_000_000, available_bytes: 9 * GIGABYTE, words_per_second: 95 },
});

export function named({ id, name }: LocalModel): NamedModel {
  return { id, name };
}

export const starterNamed = named(starterModel);

interface Options {
  models?: LocalModel[];
  problems?: Library['problems'];
  folder?: string;
  freeBytes?: number | null;
  /** What deleting a model would leave to others, by the model's id. */
  sharedWith?: Record<LocalModelId, Origin[]>;
  /** What choosing another folder brings; `null`: nothing was chosen. */
  plan?: FolderPlan | null;
  folderMove?: FolderMove;
}

export class FakeLibrary {
  models: LocalModel[];
  folderMove: FolderMove;
  readonly changeListeners = new Set<() => void>();
  readonly moveListeners = new Set<(state: FolderMove) => void>();
  plan: FolderPlan | null;
  #problems: Library['problems'];
  #folder: string;
  #freeBytes: number | null;
  #sharedWith: Record<LocalModelId, Origin[]>;
  #removed: { removed: RemovedModel; model: LocalModel; at: number }[] = [];
  #nextRemoval = 1;

  constructor(options: Options = {}) {
    this.models = structuredClone(options.models ?? [starterModel]);
    this.#problems = options.problems ?? [];
    this.#folder = options.folder ?? '/home/ada/.cache/huggingface/hub';
    this.#freeBytes = options.freeBytes === undefined ? 182 * GIGABYTE : options.freeBytes;
    this.#sharedWith = options.sharedWith ?? {};
    this.plan = options.plan ?? null;
    this.folderMove = options.folderMove ?? { state: 'idle' };
  }

  state(): Library {
    return structuredClone({
      models: this.models,
      problems: this.#problems,
      folder: this.#folder,
      free_bytes: this.#freeBytes,
      removed: this.#removed.map(({ removed }) => removed),
    });
  }

  find(id: LocalModelId): LocalModel {
    const found = this.models.find((model) => model.id === id);
    if (found === undefined) throw failure('not_found', {}, `no model ${id}`);
    return found;
  }

  add(model: LocalModel): void {
    this.models = [model, ...this.models.filter((other) => other.id !== model.id)];
    this.#changed();
  }

  planRemoval(id: LocalModelId): RemovalPlan {
    const model = this.find(id);
    const sharedWith = this.#sharedWith[id] ?? [];
    return {
      model: id,
      name: model.name,
      freed_bytes: sharedWith.length > 0 ? 0 : model.size_bytes,
      shared_with: structuredClone(sharedWith),
      leaves: model.origins.filter(({ program }) => !sharedWith.some((other) => other.program === program)),
    };
  }

  remove(id: LocalModelId): RemovedModel {
    const { name, freed_bytes } = this.planRemoval(id);
    const at = this.models.findIndex((model) => model.id === id);
    const removed: RemovedModel = { id: this.#nextRemoval++, name, freed_bytes };
    this.#removed.push({ removed, model: this.find(id), at });
    this.models = this.models.filter((model) => model.id !== id);
    this.#changed();
    return { ...removed };
  }

  undoRemoval(id: RemovalId): void {
    const found = this.#removed.find(({ removed }) => removed.id === id);
    if (found === undefined) throw failure('not_found', {}, `no removal ${id}`);
    this.#removed = this.#removed.filter((other) => other !== found);
    this.models = [...this.models.slice(0, found.at), found.model, ...this.models.slice(found.at)];
    this.#changed();
  }

  freeRemoved(): void {
    this.#removed = [];
    this.#changed();
  }

  /** What moving the folder would tell: the page hears of it at once. */
  setFolderMove(state: FolderMove): void {
    this.folderMove = state;
    if (state.state === 'moved') this.#folder = state.folder;
    for (const listener of this.moveListeners) listener(structuredClone(state));
  }

  #changed(): void {
    for (const listener of this.changeListeners) listener();
  }
}
