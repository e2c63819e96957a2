import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { tauri } from './backend/tauri';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');

mount(App, { target, props: { backend: tauri } });
