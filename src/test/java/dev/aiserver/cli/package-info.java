@NullMarked
package dev.aiserver.cli;

import org.jspecify.annotations.NullMarked;
