/** The languages whose code is coloured. Each grammar is a file of its own, loaded when it is first met. */
import type { LanguageFn } from 'highlight.js';

type Loader = () => Promise<{ default: LanguageFn }>;

interface Language {
  /** As people write it. */
  label: string;
  load: Loader;
}

const languages = {
  bash: { label: 'Shell', load: () => import('highlight.js/lib/languages/bash') },
  c: { label: 'C', load: () => import('highlight.js/lib/languages/c') },
  cpp: { label: 'C++', load: () => import('highlight.js/lib/languages/cpp') },
  csharp: { label: 'C#', load: () => import('highlight.js/lib/languages/csharp') },
  css: { label: 'CSS', load: () => import('highlight.js/lib/languages/css') },
  dart: { label: 'Dart', load: () => import('highlight.js/lib/languages/dart') },
  diff: { label: 'Diff', load: () => import('highlight.js/lib/languages/diff') },
  dockerfile: { label: 'Dockerfile', load: () => import('highlight.js/lib/languages/dockerfile') },
  go: { label: 'Go', load: () => import('highlight.js/lib/languages/go') },
  haskell: { label: 'Haskell', load: () => import('highlight.js/lib/languages/haskell') },
  ini: { label: 'INI', load: () => import('highlight.js/lib/languages/ini') },
  java: { label: 'Java', load: () => import('highlight.js/lib/languages/java') },
  javascript: { label: 'JavaScript', load: () => import('highlight.js/lib/languages/javascript') },
  json: { label: 'JSON', load: () => import('highlight.js/lib/languages/json') },
  kotlin: { label: 'Kotlin', load: () => import('highlight.js/lib/languages/kotlin') },
  latex: { label: 'LaTeX', load: () => import('highlight.js/lib/languages/latex') },
  lua: { label: 'Lua', load: () => import('highlight.js/lib/languages/lua') },
  makefile: { label: 'Makefile', load: () => import('highlight.js/lib/languages/makefile') },
  markdown: { label: 'Markdown', load: () => import('highlight.js/lib/languages/markdown') },
  perl: { label: 'Perl', load: () => import('highlight.js/lib/languages/perl') },
  php: { label: 'PHP', load: () => import('highlight.js/lib/languages/php') },
  powershell: { label: 'PowerShell', load: () => import('highlight.js/lib/languages/powershell') },
  python: { label: 'Python', load: () => import('highlight.js/lib/languages/python') },
  r: { label: 'R', load: () => import('highlight.js/lib/languages/r') },
  ruby: { label: 'Ruby', load: () => import('highlight.js/lib/languages/ruby') },
  rust: { label: 'Rust', load: () => import('highlight.js/lib/languages/rust') },
  scala: { label: 'Scala', load: () => import('highlight.js/lib/languages/scala') },
  scss: { label: 'SCSS', load: () => import('highlight.js/lib/languages/scss') },
  sql: { label: 'SQL', load: () => import('highlight.js/lib/languages/sql') },
  swift: { label: 'Swift', load: () => import('highlight.js/lib/languages/swift') },
  typescript: { label: 'TypeScript', load: () => import('highlight.js/lib/languages/typescript') },
  xml: { label: 'HTML', load: () => import('highlight.js/lib/languages/xml') },
  yaml: { label: 'YAML', load: () => import('highlight.js/lib/languages/yaml') },
} as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof languages;

/** What else models write behind the three back-ticks, where the label differs from the grammar's, with that label. */
const aliases = new Map<string, { name: LanguageName; label?: string }>([
  ['c#', { name: 'csharp' }],
  ['c++', { name: 'cpp' }],
  ['cc', { name: 'cpp' }],
  ['console', { name: 'bash' }],
  ['cs', { name: 'csharp' }],
  ['docker', { name: 'dockerfile' }],
  ['golang', { name: 'go' }],
  ['h', { name: 'c' }],
  ['hpp', { name: 'cpp' }],
  ['hs', { name: 'haskell' }],
  ['html', { name: 'xml' }],
  ['js', { name: 'javascript' }],
  ['jsonc', { name: 'json' }],
  ['jsx', { name: 'javascript' }],
  ['kt', { name: 'kotlin' }],
  ['make', { name: 'makefile' }],
  ['md', { name: 'markdown' }],
  ['mjs', { name: 'javascript' }],
  ['patch', { name: 'diff' }],
  ['pl', { name: 'perl' }],
  ['ps1', { name: 'powershell' }],
  ['py', { name: 'python' }],
  ['python3', { name: 'python' }],
  ['rb', { name: 'ruby' }],
  ['rs', { name: 'rust' }],
  ['sh', { name: 'bash' }],
  ['shell', { name: 'bash' }],
  ['svelte', { name: 'xml', label: 'Svelte' }],
  ['svg', { name: 'xml', label: 'SVG' }],
  ['tex', { name: 'latex' }],
  ['toml', { name: 'ini', label: 'TOML' }],
  ['ts', { name: 'typescript' }],
  ['tsx', { name: 'typescript' }],
  ['vue', { name: 'xml', label: 'Vue' }],
  ['xml', { name: 'xml', label: 'XML' }],
  ['yml', { name: 'yaml' }],
  ['zsh', { name: 'bash' }],
]);

/** Finds the language that a code block says it is in; the label is the model's own word where it is not known. */
export function languageOf(word: string): { name: LanguageName | null; label: string } {
  const key = word.toLowerCase();
  const alias = aliases.get(key);
  const name = alias?.name ?? (isLanguageName(key) ? key : null);
  if (name === null) return { name, label: word };
  return { name, label: alias?.label ?? languages[name].label };
}

/** Fetches a grammar. */
export async function loadLanguage(name: LanguageName): Promise<LanguageFn> {
  return (await languages[name].load()).default;
}

function isLanguageName(key: string): key is LanguageName {
  return Object.hasOwn(languages, key);
}
