@NullMarked
package dev.aiserver.report;

import org.jspecify.annotations.NullMarked;
