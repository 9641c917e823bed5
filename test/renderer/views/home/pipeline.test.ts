import { expect, test } from 'vitest';
import type { Job } from '#contract/job';
import { newestPipeline, resultOfPipeline, stagesToDraw, viewOfStage } from '../../../../renderer/views/home/pipeline.ts';
import { pipelineResult, runs, workspace } from '../../../support/fake-data.ts';

const pipeline: Job = {
  id: 'p',
  kind: 'pipeline.build',
  title: 'Build recommender',
  status: 'succeeded',
  createdAt: '2024-01-02T00:00:00Z',
  stages: [{ id: 'data', label: 'Data', status: 'succeeded' }],
  result: pipelineResult,
};

test('every stage opens a view', () => {
  expect(['data', 'retrieval', 'evaluation', 'ranking', 'index', 'bundle', 'serve'].map(viewOfStage)).toEqual([
    'data',
    'models',
    'models',
    'models',
    'models',
    'serve',
    'serve',
  ]);
});

test('the pipeline is the newest job that has stages', () => {
  const { stages: _, ...plain } = pipeline;
  expect(newestPipeline({ p: pipeline, t: { ...plain, id: 't', createdAt: '2024-01-03T00:00:00Z' } })?.id).toBe('p');
  expect(newestPipeline({})).toBeUndefined();
});

test('its result counts only when it succeeded and is whole', () => {
  expect(resultOfPipeline(pipeline)?.verdict).toBe(pipelineResult.verdict);
  expect(resultOfPipeline({ ...pipeline, status: 'failed' })).toBeUndefined();
  expect(resultOfPipeline({ ...pipeline, result: { run: 'r' } })).toBeUndefined();
});

test('without a pipeline the strip shows what the workspace has already', () => {
  const stages = stagesToDraw(undefined, { workspace, runs, server: null });
  expect(stages.map((stage) => [stage.id, stage.status, stage.detail])).toEqual([
    ['data', 'succeeded', '100,000 interactions'],
    ['retrieval', 'succeeded', 'Two-tower'],
    ['evaluation', 'succeeded', 'NDCG@10 0.1148'],
    ['ranking', 'succeeded', 'Neural ranker'],
    ['index', 'succeeded', 'in the bundle'],
    ['bundle', 'succeeded', 'active'],
    ['serve', 'waiting', undefined],
  ]);
  expect(stagesToDraw(undefined, { workspace: null, runs: [], server: null }).every((stage) => stage.status === 'waiting')).toBe(true);
  expect(stagesToDraw(pipeline, { workspace, runs, server: null })).toEqual(pipeline.stages);
});
