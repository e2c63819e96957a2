/**
 * The page with the fake backend: `harness.html?scenario=full`. Tests reach the fake as `window.hearth`.
 */
import { mount } from 'svelte';
import App from '../src/App.svelte';
import '../src/app.css';
import { FakeBackend } from '../src/backend/fake';
import { isScenarioName, scenario } from '../src/backend/fake/scenarios';

declare global {
  interface Window {
    hearth: FakeBackend;
  }
}

const name = new URLSearchParams(location.search).get('scenario') ?? 'first-start';
if (!isScenarioName(name)) throw new Error(`There is no scenario "${name}"`);

const target = document.getElementById('app');
if (target === null) throw new Error('harness.html has no #app');

window.hearth = new FakeBackend(scenario(name));
mount(App, { target, props: { backend: window.hearth } });
