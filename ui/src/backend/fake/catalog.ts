/** What the fake backend recommends, and what its Hub has: made up after real models, with real sizes. */
import type {
  Build,
  Choice,
  Fit,
  FitVerdict,
  ModelPage,
  RecommendedModel,
  Recommendations,
} from '../bindings';

/** A model of the fake Hub. */
export interface HubModel {
  page: ModelPage;
  fit: Fit;
  card: string | null;
}

const GIGABYTE = 1e9;

/** A laptop of these days. */
export const computer: Recommendations['computer'] = {
  memory_bytes: 15.4 * 2 ** 30,
  available_bytes: 9.2 * 2 ** 30,
  processor: 'AMD Ryzen 7 7840U',
};

/** How something of this size would run on that laptop. `read`: bytes read for each word, where not all are. */
export function fitOf(bytes: number, read = bytes): Fit {
  const needed = bytes * 1.1 + 0.4 * GIGABYTE;
  const speed = 24 / (read / GIGABYTE);
  return {
    verdict: verdictOf(needed, speed),
    needed_bytes: Math.round(needed),
    available_bytes: computer.available_bytes,
    words_per_second: needed > computer.memory_bytes ? null : Math.round(speed * 10) / 10,
  };
}

function verdictOf(needed: number, wordsPerSecond: number): FitVerdict {
  if (needed > computer.memory_bytes * 0.9) return 'too_large';
  if (needed > computer.available_bytes) return 'tight';
  return wordsPerSecond >= 5 ? 'fast' : 'slow';
}

export function build(change: Partial<Build> & Pick<Build, 'file' | 'label'>): Build {
  const bytes = change.size_bytes ?? null;
  return {
    choice: null,
    size_bytes: bytes,
    projector_bytes: null,
    parts: 1,
    is_whole: true,
    fit:
      bytes === null
        ? { verdict: 'unknown', needed_bytes: null, available_bytes: null, words_per_second: null }
        : fitOf(bytes),
    presence: { presence: 'absent' },
    ...change,
  };
}

/** Three builds of the usual kind, from their sizes in GB. */
function three(stem: string, sizes: [number, number, number], change: Partial<Build> = {}): Build[] {
  const kinds: [Choice, string][] = [
    ['small', 'UD-Q3_K_XL'],
    ['balanced', 'UD-Q4_K_XL'],
    ['best', 'Q8_0'],
  ];
  return kinds.map(([choice, label], index) =>
    build({
      file: `${stem}-${label}.gguf`,
      label,
      choice,
      size_bytes: Math.round((sizes[index] ?? 0) * GIGABYTE),
      ...change,
    }),
  );
}

function recommended(
  change: Partial<RecommendedModel> & Pick<RecommendedModel, 'id' | 'name' | 'publisher' | 'repo' | 'builds'>,
): RecommendedModel {
  const fits = change.builds.filter(({ fit }) => fit.verdict !== 'too_large');
  const suggested = fits.find(({ choice }) => choice === 'balanced') ?? fits.at(-1);
  return {
    licence: 'apache-2.0',
    languages: ['en', 'de', 'fr', 'es', 'zh'],
    capabilities: ['chat'],
    context_tokens: 131_072,
    published: '2026-03-02',
    suggested: suggested?.file ?? null,
    praise: null,
    ...change,
  };
}

export const catalog: RecommendedModel[] = [
  recommended({
    id: 'qwen3.5/4b',
    name: 'Qwen3.5 4B',
    publisher: 'Qwen',
    repo: 'unsloth/Qwen3.5-4B-GGUF',
    capabilities: ['chat', 'vision', 'tools', 'reasoning'],
    builds: three('Qwen3.5-4B', [2.47, 2.9, 4.51], { projector_bytes: 672_451_789 }),
    context_tokens: 262_144,
    praise: 'best',
  }),
  recommended({
    id: 'gemma4/e2b',
    name: 'Gemma 4 E2B',
    publisher: 'Google',
    repo: 'unsloth/gemma-4-E2B-it-GGUF',
    capabilities: ['chat', 'vision'],
    builds: three('gemma-4-E2B-it', [1.9, 2.4, 3.8]),
    praise: 'faster',
  }),
  recommended({
    id: 'qwen3-coder/4b',
    name: 'Qwen3 Coder 4B',
    publisher: 'Qwen',
    repo: 'unsloth/Qwen3-Coder-4B-GGUF',
    capabilities: ['chat', 'coding', 'tools'],
    languages: ['en', 'zh'],
    builds: three('Qwen3-Coder-4B', [2.3, 2.7, 4.3]),
    praise: 'coding',
  }),
  recommended({
    id: 'gpt-oss/12b',
    name: 'Mistral Nemo 12B',
    publisher: 'Mistral AI',
    repo: 'bartowski/Mistral-Nemo-Instruct-2407-GGUF',
    capabilities: ['chat', 'tools'],
    builds: three('Mistral-Nemo-Instruct-2407', [6.08, 7.48, 13.02]),
    praise: 'patient',
  }),
  recommended({
    id: 'llama3.2/1b',
    name: 'Llama 3.2 1B',
    publisher: 'Meta',
    repo: 'bartowski/Llama-3.2-1B-Instruct-GGUF',
    licence: 'llama3.2',
    builds: three('Llama-3.2-1B-Instruct', [0.69, 0.81, 1.32]),
    published: '2024-09-25',
  }),
  recommended({
    id: 'tower/9b',
    name: 'Tower+ 9B',
    publisher: 'Unbabel',
    repo: 'bartowski/Tower-Plus-9B-GGUF',
    licence: 'cc-by-nc-4.0',
    capabilities: ['chat', 'translation'],
    languages: ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'ru', 'zh', 'ko', 'ja', 'hi'],
    builds: three('Tower-Plus-9B', [4.9, 5.76, 9.83]),
    published: '2025-06-23',
  }),
  recommended({
    id: 'phi4/14b',
    name: 'Phi-4 Reasoning 14B',
    publisher: 'Microsoft',
    repo: 'unsloth/Phi-4-reasoning-plus-GGUF',
    licence: 'mit',
    capabilities: ['chat', 'reasoning'],
    languages: ['en'],
    builds: three('Phi-4-reasoning-plus', [7.3, 8.9, 15.6]),
    published: '2025-04-30',
  }),
  recommended({
    id: 'gpt-oss/20b',
    name: 'gpt-oss 20B',
    publisher: 'OpenAI',
    repo: 'ggml-org/gpt-oss-20b-GGUF',
    capabilities: ['chat', 'tools', 'reasoning'],
    languages: ['en'],
    builds: [
      build({
        file: 'gpt-oss-20b-mxfp4.gguf',
        label: 'MXFP4',
        choice: 'balanced',
        size_bytes: 12_109_566_560,
        fit: fitOf(12_109_566_560, 2.2 * GIGABYTE),
      }),
    ],
    published: '2025-08-05',
  }),
  recommended({
    id: 'qwen3.5/35b-a3b',
    name: 'Qwen3.5 35B-A3B',
    publisher: 'Qwen',
    repo: 'unsloth/Qwen3.5-35B-A3B-GGUF',
    capabilities: ['chat', 'vision', 'tools', 'reasoning'],
    builds: three('Qwen3.5-35B-A3B', [17.1, 20.3, 36.9]),
  }),
  recommended({
    id: 'llama3.3/70b',
    name: 'Llama 3.3 70B',
    publisher: 'Meta',
    repo: 'bartowski/Llama-3.3-70B-Instruct-GGUF',
    licence: 'llama3.3',
    builds: three('Llama-3.3-70B-Instruct', [34.3, 42.5, 74.9]),
    published: '2024-12-06',
  }),
];

const card = (name: string) => `# ${name}

${name} is a small language model that answers questions, writes and rewrites texts, and follows instructions in
several languages. It was trained on public text and tuned with human feedback.

![a chart of results](https://example.org/chart.png)

## What it is good at

- Everyday questions and short explanations
- Drafting letters, summaries and lists
- Simple programs, with an explanation of each step

| Test | ${name} | Others of its size |
|------|------|------|
| General knowledge | 71.2 | 66.8 |
| Arithmetic | 83.5 | 79.0 |
| Following instructions | 80.1 | 77.4 |

## How to speak to it

Ask as you would ask a person. Say how long the answer should be. See the
[guide](https://example.org/guide) for more.

\`\`\`python
print("Hello")
\`\`\`
`;

function page(
  change: Partial<ModelPage> & Pick<ModelPage, 'repo' | 'name' | 'builds'>,
  text: string | null = card(change.name),
): HubModel {
  const balanced = change.builds.find(({ choice }) => choice === 'balanced') ?? change.builds[0];
  const owner = change.repo.split('/')[0] ?? '';
  const model: ModelPage = {
    owner,
    commit: '0123456789abcdef0123456789abcdef01234567',
    gate: 'open',
    licence: 'apache-2.0',
    languages: ['en', 'de', 'fr', 'es', 'zh'],
    capabilities: ['chat'],
    downloads: 48_120,
    likes: 312,
    modified_at: '2026-03-14T09:12:44.000Z',
    parameters: 4_000_000_000,
    architecture: 'qwen35',
    context_tokens: 262_144,
    base_model: null,
    suggested:
      balanced === undefined || balanced.fit.verdict === 'too_large' || !balanced.is_whole
        ? null
        : balanced.file,
    web_address: `https://huggingface.co/${change.repo}`,
    ...change,
  };
  const unknown: Fit = {
    verdict: 'unknown',
    needed_bytes: null,
    available_bytes: null,
    words_per_second: null,
  };
  return { page: model, fit: balanced?.fit ?? unknown, card: text };
}

function ofCatalog(model: RecommendedModel, index: number): HubModel {
  const { repo, name, licence, languages, capabilities, context_tokens } = model;
  const extra = model.builds.flatMap((known, at) => {
    const bytes = known.size_bytes ?? 0;
    const stem = known.file.replace(/-[^-]+\.gguf$/, '');
    return [
      known,
      build({
        file: `${stem}-IQ${at + 2}_M.gguf`,
        label: `IQ${at + 2}_M`,
        size_bytes: Math.round(bytes * 0.93),
      }),
    ];
  });
  return page({
    repo,
    name,
    licence,
    languages,
    capabilities,
    context_tokens,
    builds: extra.sort((a, b) => (a.size_bytes ?? 0) - (b.size_bytes ?? 0)),
    downloads: 2_400_000 - index * 210_000,
    likes: 5_200 - index * 460,
    modified_at: `2026-0${1 + (index % 9)}-14T09:12:44.000Z`,
  });
}

const gated = page({
  repo: 'google/gemma-3-4b-it-qat-q4_0-gguf',
  name: 'Gemma 3 4B it QAT',
  gate: 'conditions',
  licence: 'gemma',
  capabilities: ['chat', 'vision'],
  builds: [
    build({
      file: 'gemma-3-4b-it-q4_0.gguf',
      label: 'Q4_0',
      choice: 'balanced',
      size_bytes: 3_155_051_328,
      projector_bytes: 851_251_104,
    }),
  ],
});

const odd = page(
  {
    repo: 'mradermacher/Llama-3.1-Nemotron-70B-Instruct-HF-i1-GGUF-with-a-name-that-does-not-want-to-end',
    name: 'Llama 3.1 Nemotron 70B Instruct HF i1 with a name that does not want to end',
    licence: 'llama3.1',
    languages: [],
    base_model: 'nvidia/Llama-3.1-Nemotron-70B-Instruct-HF',
    builds: [
      build({ file: 'Nemotron.i1-IQ1_S.gguf', label: 'i1-IQ1_S', size_bytes: 15_300_000_000 }),
      build({
        file: 'Nemotron.i1-Q4_K_M-00001-of-00002.gguf',
        label: 'i1-Q4_K_M',
        choice: 'balanced',
        size_bytes: 42_500_000_000,
        parts: 2,
      }),
      build({
        file: 'Nemotron.i1-Q6_K-00001-of-00003.gguf',
        label: 'i1-Q6_K',
        size_bytes: 57_900_000_000,
        parts: 3,
        is_whole: false,
      }),
      build({ file: 'Nemotron.imatrix.gguf', label: 'imatrix', size_bytes: null }),
    ],
  },
  null,
);

const owners = ['bartowski', 'unsloth', 'lmstudio-community', 'mradermacher', 'ggml-org', 'TheBloke'];
const families = ['Qwen2.5', 'Llama-3.2', 'Granite-4', 'SmolLM3', 'Falcon-H1', 'OLMo-2', 'Ministral', 'LFM2'];
const sizes = [0.5, 1.5, 3, 8, 14, 32];

/** Enough to scroll through: every family in every size, from different owners. */
const many: HubModel[] = families.flatMap((family, at) =>
  sizes.map((billions, index) => {
    const name = `${family}-${billions}B-Instruct`;
    const owner = owners[(at + index) % owners.length] ?? 'someone';
    const gigabytes = billions * 0.62;
    return page({
      repo: `${owner}/${name}-GGUF`,
      name: name.replaceAll('-', ' '),
      licence: at % 3 === 0 ? 'mit' : 'apache-2.0',
      capabilities: index % 4 === 2 ? ['chat', 'coding'] : ['chat'],
      builds: three(name, [gigabytes * 0.8, gigabytes, gigabytes * 1.7]),
      parameters: billions * 1e9,
      downloads: 190_000 - (at * 6 + index) * 3_900,
      likes: 640 - (at * 6 + index) * 13,
      modified_at: `2025-${String(1 + ((at * 5 + index) % 12)).padStart(2, '0')}-21T17:00:00.000Z`,
    });
  }),
);

export const hub: HubModel[] = [...catalog.map(ofCatalog), gated, odd, ...many];
