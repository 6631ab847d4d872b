package dev.aiserver.cli;

import picocli.CommandLine.Option;

/** Holds the options that every command has. */
final class CommonOptions {
    @Option(names = "--json", description = "Print one JSON document on standard output.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}
