/** Models that can be had: a small catalog and a small Hub, in memory. */
import type {
  Build,
  FoundModel,
  FoundModels,
  ModelAddress,
  ModelCard,
  ModelPage,
  ModelQuery,
  Presence,
  RecommendedModel,
  Recommendations,
} from '../bindings';
import { catalog, computer, hub, type HubModel } from './catalog';
import { failure } from './failure';
import type { Wanted } from './downloads';

interface Options {
  computer?: Recommendations['computer'];
  catalog?: RecommendedModel[];
  hub?: HubModel[];
}

const PAGE_LENGTH = 20;

export class FakeDiscover {
  /** What is here of a build; set by the backend, which knows downloads and library. */
  presence: (repo: string, file: string) => Presence = () => ({ presence: 'absent' });
  /** Gated repositories let nobody in as long as this says so; set by the backend. */
  isSignedIn: () => boolean = () => false;
  #computer: Recommendations['computer'];
  #catalog: RecommendedModel[];
  #hub: HubModel[];

  constructor(options: Options = {}) {
    this.#computer = options.computer ?? computer;
    this.#catalog = options.catalog ?? catalog;
    this.#hub = options.hub ?? hub;
  }

  recommendations(): Recommendations {
    return structuredClone({
      computer: this.#computer,
      models: this.#catalog.map((model) => ({ ...model, builds: this.#present(model.repo, model.builds) })),
    });
  }

  search(query: ModelQuery, next: string | null): FoundModels {
    const words = query.words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.#hub
      .filter(({ page }) => words.every((word) => page.repo.toLowerCase().includes(word)))
      .filter(({ page }) => query.purpose === null || page.capabilities.includes(query.purpose))
      .filter(({ page }) => query.licence === null || page.licence === query.licence)
      .filter(({ fit }) => !query.fits_here || fit.verdict !== 'too_large')
      .sort(order[query.sort]);
    const from = next === null ? 0 : Number(next);
    const models = found.slice(from, from + PAGE_LENGTH).map((model) => this.#line(model));
    const end = from + models.length;
    return { models, next: end < found.length ? String(end) : null };
  }

  address(text: string): ModelAddress | null {
    const trimmed = text
      .trim()
      .replace(/^https?:\/\/(www\.)?(huggingface\.co|hf\.co)\//, '')
      .replace(/^hf\.co\//, '');
    const match = /^([\w.-]+\/[\w.-]+)(?::([\w.-]+))?(?:\/.*)?$/.exec(trimmed);
    if (match?.[1] === undefined) return null;
    return { repo: match[1], revision: null, file: null, tag: match[2] ?? null };
  }

  page(address: ModelAddress): ModelPage {
    const { page } = this.#find(address.repo);
    const builds = this.#present(page.repo, page.builds);
    const named = builds.find((build) => build.label === address.tag || build.file === address.file);
    return structuredClone({ ...page, builds, suggested: named?.file ?? page.suggested });
  }

  card(repo: string): ModelCard | null {
    const { page, card } = this.#find(repo);
    if (page.gate !== 'open' && !this.isSignedIn()) {
      throw failure('sign_in_required', { name: page.repo, address: page.web_address });
    }
    return card === null ? null : { markdown: card, is_cut: false };
  }

  /** What a download of this build would be. */
  wanted(repo: string, file: string): Wanted {
    const recommended = this.#catalog.find((model) => model.repo === repo);
    const { name } = recommended ?? this.#find(repo).page;
    const builds = [...(recommended?.builds ?? []), ...this.#find(repo).page.builds];
    const build = builds.find((other) => other.file === file);
    if (build === undefined) throw failure('not_on_hub', { name: repo });
    return {
      name,
      label: build.label,
      total_bytes: (build.size_bytes ?? 0) + (build.projector_bytes ?? 0),
    };
  }

  #find(repo: string): HubModel {
    const found = this.#hub.find(({ page }) => page.repo.toLowerCase() === repo.toLowerCase());
    if (found === undefined) throw failure('not_on_hub', { name: repo });
    return found;
  }

  #present(repo: string, builds: Build[]): Build[] {
    return builds.map((build) => ({ ...build, presence: this.presence(repo, build.file) }));
  }

  #line({ page, fit }: HubModel): FoundModel {
    const { repo, name, owner, gate, downloads, likes, modified_at, licence, capabilities, parameters } =
      page;
    const is_here = page.builds.some((build) => this.presence(repo, build.file).presence === 'here');
    const line = {
      repo,
      name,
      owner,
      gate,
      downloads,
      likes,
      modified_at,
      licence,
      capabilities,
      parameters,
    };
    return structuredClone({ ...line, fit, is_here });
  }
}

type Order = (a: HubModel, b: HubModel) => number;

const order: Record<ModelQuery['sort'], Order> = {
  trending: () => 0,
  downloads: (a, b) => (b.page.downloads ?? 0) - (a.page.downloads ?? 0),
  likes: (a, b) => (b.page.likes ?? 0) - (a.page.likes ?? 0),
  newest: (a, b) => (b.page.modified_at ?? '').localeCompare(a.page.modified_at ?? ''),
};
