package house

// runsFolder holds the sealed files of runs of the admission core.
const runsFolder = "runs"
