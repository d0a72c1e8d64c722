/**
 * The public door of voxlab: what notebooks and other programs import. Stages in the order in which data flow.
 * @module voxlab
 */
export type { Candidate, VoxelCandidate } from './candidates/candidate.js';
export { readCandidates } from './candidates/candidateTable.js';
export { inWorld } from './candidates/inWorld.js';
export type { LidcExcluded, LidcNodule } from './candidates/lidc/lidcFindings.js';
export type { LidcKind } from './candidates/lidc/lidcReading.js';
export { type LidcTables, type LidcTablesOptions, readLidcTables } from './candidates/lidc/lidcTables.js';
export type { MeasuredComponent } from './candidates/measureComponents.js';
export {
  type SegmentFinding,
  type SegmentFindingsOptions,
  segmentFindings,
} from './candidates/segmentFindings.js';
export type { TableFormat } from './candidates/tableFormat.js';
export { type AugmentPlan, augmentList, parseAugment } from './config/augmentPlan.js';
export type { Cluster } from './config/cluster.js';
export { CROP_CONFIG_FILE, type CropSettings, readCropSettings } from './config/cropSettings.js';
export type { SamplingSettings } from './config/samplingSettings.js';
export { MODEL_CONFIG_FILE, readTrainingSettings, type TrainingSettings } from './config/trainingSettings.js';
export {
  type DetectedMark,
  type DetectedOptions,
  type Detection,
  type DetectOptions,
  detect,
  detected,
} from './detection/detect.js';
export { type DoctorFinding, doctor } from './doctor.js';
export * from './errors.js';
export { type Crossval, type CrossvalFold, crossvalScores } from './evaluation/crossval.js';
export { crossvalConfigs } from './evaluation/crossvalConfigs.js';
export { evaluate } from './evaluation/evaluate.js';
export type { EvaluateOptions, Evaluation } from './evaluation/evaluation.js';
export type { ExplainOptions, Explanation, GradCamOptions } from './evaluation/explain.js';
export type { HeatMap, HeatMapOptions } from './evaluation/heatMap.js';
export type { OcclusionOptions } from './evaluation/occlusion.js';
export {
  openPredictor,
  type PredictedMark,
  type PredictOptions,
  type Predictor,
  type ScanPrediction,
} from './evaluation/predictor.js';
export { rowDiameters } from './evaluation/rowDiameters.js';
export { type ListedRun, listRuns, type RunList, type RunOrder } from './evaluation/runList.js';
export {
  type ScoreSubmissionOptions,
  type SubmissionScore,
  scoreSubmission,
} from './evaluation/scoreSubmission.js';
export { type ExportOptions, type ExportResult, exportNetwork } from './exchange/exportNetwork.js';
export { type ImportOptions, type ImportResult, importNetwork } from './exchange/importNetwork.js';
export {
  type Augmentation,
  applyAugmentation,
  augmentPatch,
  drawAugmentation,
  undoAugmentation,
} from './feed/augment/augmentPatch.js';
export type { BatchOrder } from './feed/batchOrder.js';
export { balancedOrder } from './feed/classOrder.js';
export { orderOf } from './feed/orderOf.js';
export { definiteParts } from './feed/parts.js';
export { type PatchRows, type ScanLabels, scanLabels } from './feed/rowLabels.js';
export { heldOutRows, type Split, splitRows } from './feed/split.js';
export { type Chart, chart } from './figures/charts/chart.js';
export type { ChartSpec } from './figures/charts/chartSpec.js';
export { type BalanceLabels, classBalanceFigure } from './figures/classBalanceFigure.js';
export { type Picture, WINDOWS, type WindowHu } from './figures/drawing/picture.js';
export { feedFigure } from './figures/feedFigure.js';
export { type FramePanel, frameFigure } from './figures/frameFigure.js';
export { frocFigure } from './figures/frocFigure.js';
export { gpuMemoryBars, gpuMemoryFigure, gpuUtilizationFigure } from './figures/gpuUseFigures.js';
export { type HuSample, huByClassFigure, huHistogramFigure } from './figures/huHistogram.js';
export { performanceFigure } from './figures/performanceFigure.js';
export { passesFigure, pipelineFigure } from './figures/pipelineFigure.js';
export { rateFigure } from './figures/rateFigure.js';
export { rocFigure } from './figures/rocFigure.js';
export { classShareFigure, coverageFigure } from './figures/samplingFigures.js';
export { precisionRecallFigure, reliabilityFigure, scoreHistogramFigure } from './figures/scoreFigures.js';
export type { Overlay } from './figures/slices/overlaySlice.js';
export { type MontagePatch, patchMontage } from './figures/slices/patchMontage.js';
export { type Mark, threePlanes } from './figures/slices/threePlanes.js';
export { stepTimeBars, stepTimeFigure } from './figures/stepTimeFigures.js';
export { type StrategyPanel, strategyFigure } from './figures/strategyFigure.js';
export { accuracyFigure, lossFigure, trainingFigure } from './figures/trainingFigures.js';
export { type UseOverTime, useOverTime, useOverTimeOf } from './figures/useOverTime.js';
export { type RiverPart, riverFigure, type WorkflowStep, workflowFigure } from './figures/workflowFigure.js';
export type { DeviceSummary, Load } from './gpu/deviceTally.js';
export type { Finding } from './gpu/findings.js';
export {
  type RecordedRunOptions,
  type RecordOptions,
  recordUse,
  type UseRecording,
  withRecordedUse,
} from './gpu/live/recordUse.js';
export { openGpuLog, readGpuLog } from './gpu/logs/readGpuLog.js';
export {
  PERFORMANCE_MEASURED,
  type PerformancePoint,
  type PerformanceSeries,
  readPerformance,
} from './gpu/performance.js';
export type { GpuLog, GpuRecord, GpuSample } from './gpu/records/gpuRecord.js';
export type { HostUse } from './gpu/records/hostUse.js';
export { type GpuSummary, summariseGpuLog, summariseGpuSamples } from './gpu/summary.js';
export { onCommOpen, openComm } from './kernel/comms.js';
export type { Comm, CommListener, CommOpened, CommOpenOptions } from './kernel/commTypes.js';
export { clearOutput, display, type LiveDisplay, liveDisplay } from './kernel/display.js';
export { ask, interruptSignal, page } from './kernel/notebookInput.js';
export type { Displayable, MimeBundle } from './kernel/outputs/mimeBundle.js';
export { LUNG_MARGIN_MM, type LungMaskOptions, lungMask } from './lungs/lungMask.js';
export { marksToReport } from './marks/dicomReport.js';
export type { ReadingMark } from './marks/mark.js';
export { marksToCsv } from './marks/markTable.js';
export { readMarks } from './marks/readMarks.js';
export { marksToMarkups } from './marks/slicerMarkups.js';
export type { Layer, NetworkOptions, Parameter } from './model/architecture.js';
export type { OwnLoss } from './model/loss.js';
export type { Network, Piece, PieceInputs } from './model/network.js';
export { networkOfOwn, type OwnNetwork } from './model/ownNetwork.js';
export {
  conv,
  convShapes,
  dense,
  denseShapes,
  dropout,
  meanOfMaps,
  norm,
  normRelu,
  normShapes,
} from './model/pieceParts.js';
export { layersOf, networkOf, parametersOf, piecesOf } from './model/zoo/networks.js';
export { type CropResult, crop } from './patches/crop.js';
export { cutAs2018, type Place2018, placeAs2018 } from './patches/crop2018.js';
export type { CropOptions } from './patches/cropOptions.js';
export { cutterOf } from './patches/cutScan.js';
export { centerVoxelOf, firstVoxelOf, type PatchGrid, patchGrid } from './patches/patchGrid.js';
export { type PlannedPatch, planScan, type ScanPlan } from './patches/planScan.js';
export { type PatchBox, patchBox, resampleVolume } from './patches/resample.js';
export { inRepository } from './paths.js';
export { createRandom, type Random } from './random.js';
export { type AreaWithInterval, areaWithInterval } from './scores/areaWithInterval.js';
export { brierScore, type CalibrationBin, calibrationCurve } from './scores/calibration.js';
export { calibrationBand, type ShareInterval } from './scores/calibrationBand.js';
export { type FrocCase, type FrocCounts, matchMarks } from './scores/frocEvents.js';
export { type FoldScore, type FrocScore, officialRates, scoreFolds, scoreFroc } from './scores/frocScore.js';
export { type SizeScores, scoresBySize } from './scores/noduleSize.js';
export { type OperatingPoint, operatingPoint, youdenThreshold } from './scores/operatingPoint.js';
export {
  averagePrecision,
  type PrecisionRecallPoint,
  precisionRecallCurve,
} from './scores/precisionRecall.js';
export {
  type BootstrapDraws,
  bootstrapPrecisionRecall,
  type PrecisionRecallBootstrap,
} from './scores/precisionRecallBootstrap.js';
export { type ClassShares, correctedForShare } from './scores/priorShift.js';
export { type RocArea, type RocPoint, rocArea, rocCurve } from './scores/roc.js';
export { type ScanIndex, scanIndex } from './scores/scanIndex.js';
export { openPatchFile, type PatchFile } from './store/patchFile.js';
export type { PatchColumns, PatchFormat, PatchProvenance } from './store/patchFileContract.js';
export { writePatchFile } from './store/writePatchFile.js';
export { type TensorflowJs, tf } from './tensorflow/publicTf.js';
export { type FindRateOptions, findRate, type RateRecord } from './training/findRate.js';
export { type FollowOptions, followMetrics } from './training/run/followMetrics.js';
export { metricsOf, readMetrics } from './training/run/metricsLog.js';
export type { TrainConfig } from './training/run/trainConfig.js';
export type { OnRecord, TrainControl } from './training/run/trainControl.js';
export type { TrainRecord } from './training/run/trainRecords.js';
export { createLearner } from './training/step/createLearner.js';
export type { Learner, StepResult, StepTimes, TimedPass } from './training/step/learner.js';
export type { LearnerOptions, ParallelOptions } from './training/step/learnerOptions.js';
export type { OwnAugmentation, OwnMetric, OwnParts } from './training/step/ownParts.js';
export { type Placement, stagesOfPieces } from './training/step/placement.js';
export { type TrainOptions, train } from './training/train.js';
export { VERSION } from './version.js';
export { type DicomContext, readDicomContext } from './volumes/dicom/dicomContext.js';
export { findScans, type ScanFile } from './volumes/findScans.js';
export { writeNrrd } from './volumes/nrrd/nrrdWriter.js';
export { readGeometry, readVolume } from './volumes/readVolume.js';
export { voxelToWorld, worldToVoxel } from './volumes/voxels/geometry.js';
export type { Geometry, Vector3, Volume } from './volumes/voxels/volume.js';
export { type Button, button } from './widgets/button.js';
export { type CompareViewer, type CompareViewerOptions, compareViewer } from './widgets/compareViewer.js';
export type { Control } from './widgets/control.js';
export { type PatchGallery, type PatchGalleryOptions, patchGallery } from './widgets/patchGallery.js';
export { type Progress, type ProgressOptions, progress } from './widgets/progressBar.js';
export { type SelectOptions, select } from './widgets/select.js';
export { type SliceViewer, type SliceViewerOptions, sliceViewer } from './widgets/sliceViewer.js';
export { type SliderOptions, slider } from './widgets/slider.js';
export { type UsePanel, type UsePanelOptions, usePanel } from './widgets/usePanel.js';
export type { ViewedPatch } from './widgets/viewedPatch.js';
export type { MaskShown, VolumeMode } from './widgets/volumeState.js';
export { type VolumeView, type VolumeViewOptions, volumeView } from './widgets/volumeView.js';
